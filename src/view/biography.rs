//! The life of one entry: born, delivered to whom, how often, claimed, acknowledged, gone; and what
//! it is to each group right now.

use std::collections::VecDeque;

use super::lanes::Lanes;
use super::text;
use crate::engine::event::{Event, EventKind, Name};
use crate::engine::{Delivery, StreamId};
use crate::limits::CHRONICLE_EVENTS_MAX;
use crate::sim::World;

/// What happened to entries, as far back as it is kept.
#[derive(Clone, Default, Debug)]
pub struct Chronicle {
    events: VecDeque<Event>,
    /// Older events are not known: they were forgotten, or history was entered in the middle.
    pub is_partial: bool,
}

/// The life of an entry, in words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Biography {
    /// Its id and its stream.
    pub title: String,
    /// Its fields and values; empty once it is gone.
    pub fields: Vec<(String, String)>,
    /// What it is to each group right now.
    pub standing: Vec<String>,
    /// What happened to it, oldest first.
    pub life: Vec<Moment>,
    /// Why the life may begin in the middle; may be empty.
    pub note: String,
}

/// Something that happened to an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Moment {
    /// The time of day.
    pub time: String,
    /// A word for the style sheet: added, delivered, claimed, acked, lost, gone.
    pub kind: &'static str,
    /// What happened.
    pub text: String,
}

impl Chronicle {
    /// Remembers an event, if it is about an entry.
    pub fn push(&mut self, event: &Event) {
        if kind(&event.kind).is_none() {
            return;
        }
        self.events.push_back(event.clone());
        if CHRONICLE_EVENTS_MAX < self.events.len() {
            self.events.pop_front();
            self.is_partial = true;
        }
    }

    /// Forgets everything: history was entered elsewhere.
    pub fn clear(&mut self) {
        self.events.clear();
        self.is_partial = true;
    }

    /// The life of an entry.
    pub fn biography(&self, world: &World, db: u32, key: &Name, id: StreamId) -> Biography {
        let about =
            |event: &&Event| event.db == db && event.key == *key && concerns(&event.kind, id);
        let life = self.events.iter().filter(about).filter_map(|event| {
            let kind = kind(&event.kind)?;
            let (time, text) = (text::clock_ms(event.at), text::events::sentence(event));
            Some(Moment { time, kind, text })
        });
        let mut life: Vec<Moment> = life.collect();
        let begins = life.first().is_some_and(|moment| moment.kind == "added");
        if !begins && text::clock_of_id(id).is_some() {
            let (time, text) = (text::clock_ms(id.ms), text::life_born(&text::lossy(key), id));
            life.insert(0, Moment { time, kind: "added", text });
        }
        let is_told_from_the_middle = self.is_partial && !begins;
        let mut biography = Biography {
            title: text::life_title(&text::lossy(key), id),
            life,
            note: if is_told_from_the_middle { text::life_is_partial() } else { String::new() },
            ..Biography::default()
        };
        let stream = world.server().store().stream(db, key).ok().flatten();
        let Some(stream) = stream else { return biography };
        if let Some(entry) = stream.get(id) {
            let fields =
                entry.fields().map(|(name, value)| (text::lossy(name), text::lossy(value)));
            biography.fields = fields.collect();
        }
        for group in stream.groups() {
            let name = text::lossy(group.name());
            let line = match group.pending(id) {
                Some(one) => {
                    let owner = one.consumer.map(|consumer| text::lossy(consumer.name()));
                    let owner = owner.as_deref().unwrap_or(text::NOBODY);
                    let idle_ms = one.idle(world.server_now());
                    text::life_pending(&name, owner, one.delivery_count, idle_ms)
                }
                None => text::tip_in_group(&name, None, group.last_id() < id),
            };
            biography.standing.push(line);
        }
        biography
    }
}

/// Whether an event is about this entry.
fn concerns(kind: &EventKind, id: StreamId) -> bool {
    match kind {
        EventKind::Added { id: about }
        | EventKind::Deduplicated { id: about, .. }
        | EventKind::Delivered { id: about, .. }
        | EventKind::Claimed { id: about, .. }
        | EventKind::Acked { id: about, .. }
        | EventKind::Released { id: about, .. }
        | EventKind::Deleted { id: about }
        | EventKind::PendingLost { id: about, .. } => *about == id,
        // Some entries between the two may have gone before, or been kept by ACKED.
        EventKind::Trimmed { first, last, .. } => *first <= id && id <= *last,
        _ => false,
    }
}

/// The word for an event about an entry.
pub(super) fn kind(kind: &EventKind) -> Option<&'static str> {
    let word = match kind {
        EventKind::Added { .. } | EventKind::Deduplicated { .. } => "added",
        EventKind::Delivered { how: Delivery::History, .. } => "claimed",
        EventKind::Delivered { .. } => "delivered",
        EventKind::Claimed { .. } | EventKind::Released { .. } => "claimed",
        EventKind::Acked { .. } => "acked",
        EventKind::PendingLost { .. } => "lost",
        EventKind::Deleted { .. } | EventKind::Trimmed { .. } => "gone",
        _ => return None,
    };
    Some(word)
}

impl Lanes {
    /// Database, key and id of the entry that a target shows.
    pub fn entry_of(&self, target: super::hit::Target) -> Option<(u32, Name, StreamId)> {
        let (db, key) = self.key(target.stream())?;
        Some((db, key.clone(), target.entry()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Profile;
    use crate::sim::{Scenario, Session, WorldEventKind};

    fn told(lines: &[&str], id: StreamId) -> Biography {
        let mut session = Session::new(Scenario::empty(), 1, Profile::Redis86);
        let mut chronicle = Chronicle::default();
        for line in lines {
            session.submit("you", line);
        }
        while let Some(event) = session.poll_event() {
            if let WorldEventKind::Engine(event) = &event.kind {
                chronicle.push(event);
            }
        }
        chronicle.biography(session.world(), 0, &b"orders"[..].into(), id)
    }

    #[test]
    fn a_life_is_told_from_birth_to_the_ack_in_every_group() {
        let life = told(
            &[
                "XGROUP CREATE orders billing 0 MKSTREAM",
                "XGROUP CREATE orders email 0",
                "XADD orders 1-0 item tea",
                "XADD orders 2-0 item milk",
                "XREADGROUP GROUP billing alice STREAMS orders >",
                "XCLAIM orders billing bob 0 1-0",
                "XACK orders billing 1-0",
                "XREADGROUP GROUP email mailer COUNT 1 STREAMS orders >",
            ],
            StreamId::new(1, 0),
        );
        let kinds: Vec<_> = life.life.iter().map(|moment| moment.kind).collect();
        assert_eq!(kinds, ["added", "delivered", "claimed", "acked", "delivered"]);
        assert_eq!(life.fields, [("item".to_owned(), "tea".to_owned())]);
        assert_eq!(life.standing.len(), 2);
        assert!(life.standing[0].contains("billing: done"), "{:?}", life.standing);
        assert!(life.standing[1].contains("mailer"), "{:?}", life.standing);
        assert_eq!(life.note, "");
    }

    #[test]
    fn a_life_that_is_older_than_what_is_kept_says_so() {
        let session = Session::new(Scenario::empty(), 1, Profile::Redis86);
        let (key, mut chronicle) = (Name::from(&b"orders"[..]), Chronicle::default());
        for ms in 0..=CHRONICLE_EVENTS_MAX as u64 {
            let kind = EventKind::Added { id: StreamId::new(ms, 1) };
            chronicle.push(&Event { at: ms, db: 0, key: key.clone(), kind });
        }
        assert_eq!(chronicle.events.len(), CHRONICLE_EVENTS_MAX);
        let note = |ms| chronicle.biography(session.world(), 0, &key, StreamId::new(ms, 1)).note;
        assert!(note(0).contains("more than 30,000 events ago"), "{}", note(0));
        assert_eq!(note(1), "");
    }

    #[test]
    fn an_entry_that_is_gone_keeps_its_life_but_not_its_fields() {
        let lines = ["XADD orders 1-0 item tea", "XDEL orders 1-0"];
        let life = told(&lines, StreamId::new(1, 0));
        let kinds: Vec<_> = life.life.iter().map(|moment| moment.kind).collect();
        assert_eq!(kinds, ["added", "gone"]);
        assert!(life.fields.is_empty());
    }
}
