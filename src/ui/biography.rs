//! The panel with the life of one entry. It stays open, and goes on telling, while time runs.

use web_sys::{HtmlDialogElement, HtmlElement};

use super::app::{Changes, Msg, Pane, State};
use super::dom::{self, Listener, MissingElement};
use super::inbox::Inbox;
use crate::engine::StreamId;
use crate::engine::event::Name;
use crate::sim::WorldEventKind;
use crate::view::biography::{Biography, Chronicle};
use crate::view::text;

/// Wall time between two drawings of an open biography.
const REDRAW_MS_MIN: f64 = 250.0;

/// The panel.
pub struct BiographyPane {
    dialog: HtmlDialogElement,
    title: HtmlElement,
    body: HtmlElement,
    chronicle: Chronicle,
    of: Option<(u32, Name, StreamId)>,
    shown: Biography,
    drawn_at: f64,
    _listeners: Vec<Listener>,
}

impl BiographyPane {
    /// Mounts the panel.
    ///
    /// # Errors
    /// When the page lacks an element.
    pub fn mount(inbox: &Inbox) -> Result<BiographyPane, MissingElement> {
        let dialog: HtmlDialogElement = dom::by_id("biography")?;
        let close: HtmlElement = dom::by_id("biography-close")?;
        let (on_close, on_end) = (inbox.clone(), inbox.clone());
        let listeners = vec![
            Listener::new(&close, "click", move |_| on_close.push(Msg::Biography(None))),
            // Escape closes a modal dialog by itself; the pane has to know.
            Listener::new(&dialog, "close", move |_| on_end.push(Msg::Biography(None))),
        ];
        Ok(BiographyPane {
            dialog,
            title: dom::by_id("biography-title")?,
            body: dom::by_id("biography-body")?,
            chronicle: Chronicle::default(),
            of: None,
            shown: Biography::default(),
            drawn_at: f64::NEG_INFINITY,
            _listeners: listeners,
        })
    }

    #[inline(never)]
    fn draw(&mut self, state: &State) {
        let Some((db, key, id)) = &self.of else { return };
        self.drawn_at = state.wall_ms;
        let told = self.chronicle.biography(state.session.world(), *db, key, *id);
        if told == self.shown {
            return;
        }
        dom::set_text(&self.title, &told.title);
        dom::clear(&self.body);
        if told.fields.is_empty() {
            dom::append(&self.body, &dom::el_text("p", "quiet", text::TIP_GONE));
        } else {
            let fields = dom::el("dl", "fields");
            for (name, value) in &told.fields {
                dom::append(&fields, &dom::el_text("dt", "", name));
                dom::append(&fields, &dom::el_text("dd", "", value));
            }
            dom::append(&self.body, &fields);
        }
        let standing = dom::el("ul", "standing");
        for line in &told.standing {
            dom::append(&standing, &dom::el_text("li", "", line));
        }
        dom::append(&self.body, &standing);
        let life = dom::el("ol", "life");
        for moment in &told.life {
            let row = dom::el("li", "");
            dom::set_attr(&row, "data-kind", moment.kind);
            dom::append(&row, &dom::el_text("span", "life-time", &moment.time));
            dom::append(&row, &dom::el("span", "life-dot"));
            dom::append(&row, &dom::el_text("span", "", &moment.text));
            dom::append(&life, &row);
        }
        dom::append(&self.body, &life);
        if !told.note.is_empty() {
            dom::append(&self.body, &dom::el_text("p", "quiet", &told.note));
        }
        self.shown = told;
    }
}

impl Pane for BiographyPane {
    fn update(&mut self, msg: &Msg, state: &State) {
        let Msg::Biography(of) = msg else { return };
        self.of.clone_from(of);
        self.shown = Biography::default();
        if self.of.is_some() {
            self.draw(state);
            if !self.dialog.open() {
                // Fails only if it is open already.
                let _ = self.dialog.show_modal();
            }
        } else if self.dialog.open() {
            self.dialog.close();
        }
    }

    fn render(&mut self, state: &State, changes: Changes) {
        for event in &state.events {
            match &event.kind {
                WorldEventKind::Reset => self.chronicle.clear(),
                WorldEventKind::Engine(event) => self.chronicle.push(event),
                _ => {}
            }
        }
        let changed = changes.world || changes.time || changes.history;
        if changed && REDRAW_MS_MIN <= state.wall_ms - self.drawn_at {
            self.draw(state);
        }
    }
}
