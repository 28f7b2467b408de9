//! Speaks of what happens by itself, through the console's status line.

use super::app::{Changes, Msg, Pane, State};
use super::inbox::Inbox;
use crate::view::announce::Announcer;

/// Speaks, unless the settings say not to.
pub struct AnnouncePane {
    inbox: Inbox,
    announcer: Announcer,
    is_on: bool,
}

impl AnnouncePane {
    /// Begins to listen.
    pub fn new(inbox: &Inbox) -> AnnouncePane {
        AnnouncePane { inbox: inbox.clone(), announcer: Announcer::default(), is_on: true }
    }
}

impl Pane for AnnouncePane {
    fn update(&mut self, msg: &Msg, _state: &State) {
        if let Msg::Settings(settings) = msg {
            self.is_on = settings.announces;
        }
    }

    fn render(&mut self, state: &State, _changes: Changes) {
        let wall_ms = state.wall_ms as u64;
        if !state.explained.is_empty() {
            // A reply is spoken now.
            self.announcer.pause(wall_ms);
        }
        for event in &state.events {
            self.announcer.follow(event);
        }
        let said = self.announcer.take(state.session.world(), wall_ms);
        if let Some(text) = said.filter(|_| self.is_on) {
            self.inbox.push(Msg::Say(text));
        }
    }
}
