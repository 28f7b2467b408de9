//! The panes beside the lanes, and their tabs. Every button shows the line that it runs.

use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::app::{Changes, Msg, Pane, State};
use super::dom::{self, Listener, MissingElement};
use super::inbox::Inbox;
use crate::sim::WorldEventKind;
use crate::sim::world::DEFAULT_CLIENT;
use crate::view::side::{self, Feed, Row};
use crate::view::{sentence, text};

/// The panes, as their ids say.
const PANES: [&str; 4] = ["services", "inspector", "feed", "ledger"];
/// Wall time between two drawings: texts that change faster cannot be read.
const REDRAW_MS_MIN: f64 = 250.0;

/// The panes beside the lanes.
pub struct SidePane {
    panes: Vec<HtmlElement>,
    tabs: Vec<HtmlElement>,
    open_idx: usize,
    feed: Feed,
    shown: Vec<Row>,
    drawn_at: f64,
    stale: bool,
    _listeners: Vec<Listener>,
}

impl SidePane {
    /// Mounts the panes.
    ///
    /// # Errors
    /// When the page lacks an element.
    pub fn mount(inbox: &Inbox) -> Result<SidePane, MissingElement> {
        let root: HtmlElement = dom::by_id("panes")?;
        let mut panes = Vec::new();
        let mut tabs = Vec::new();
        for id in PANES {
            panes.push(dom::by_id(id)?);
            tabs.push(dom::by_id(&format!("tab-{id}"))?);
        }
        Ok(SidePane {
            panes,
            tabs,
            open_idx: 0,
            feed: Feed::default(),
            shown: Vec::new(),
            drawn_at: f64::NEG_INFINITY,
            stale: true,
            _listeners: listeners(inbox, &root)?,
        })
    }

    fn open(&mut self, idx: usize, with_focus: bool) {
        self.open_idx = idx;
        self.stale = true;
        self.shown.clear();
        for (n, (pane, tab)) in std::iter::zip(&self.panes, &self.tabs).enumerate() {
            let is_open = n == idx;
            dom::set_hidden(pane, !is_open);
            dom::set_attr(tab, "aria-selected", if is_open { "true" } else { "false" });
            dom::set_attr(tab, "tabindex", if is_open { "0" } else { "-1" });
            if is_open && with_focus {
                // Focusing fails only for elements that are not in the page.
                let _ = tab.focus();
            }
        }
    }

    fn take_events(&mut self, state: &State) {
        for event in &state.events {
            match &event.kind {
                WorldEventKind::Reset => self.feed.clear(),
                WorldEventKind::Engine(engine) => {
                    self.feed.push(text::clock(event.at), sentence::sentence(engine));
                }
                _ => {}
            }
        }
    }

    fn draw(&mut self, state: &State) {
        let world = state.session.world();
        let rows = match self.open_idx {
            0 => side::services(world),
            1 => side::groups(world),
            2 => self.feed.rows(),
            _ => side::ledger(world),
        };
        if rows == self.shown {
            return;
        }
        let pane = &self.panes[self.open_idx];
        let focused = dom::document().active_element();
        let focused = focused.and_then(|element| element.get_attribute("data-run"));
        dom::clear(pane);
        let list = dom::el("div", "cards");
        for row in &rows {
            dom::append(&list, &card(row));
        }
        dom::append(pane, &list);
        if let Some(line) = focused {
            refocus(pane, &line);
        }
        self.shown = rows;
    }
}

/// A row as a card with its buttons.
fn card(row: &Row) -> HtmlElement {
    let card = dom::el("div", "card");
    dom::set_attr(&card, "data-health", row.state);
    let head = dom::el("div", "card-head");
    dom::append(&head, &dom::el_text("span", "card-name", &row.name));
    if !row.state.is_empty() {
        let state = dom::el_text("span", "status", row.state);
        dom::set_attr(&state, "data-health", row.state);
        dom::append(&head, &state);
    }
    dom::append(&card, &head);
    dom::append(&card, &dom::el_text("div", "card-note", &row.note));
    if !row.actions.is_empty() {
        let actions = dom::el("div", "card-actions");
        for (label, line) in &row.actions {
            let button = dom::button("tool-button", label);
            dom::set_attr(&button, "data-run", line);
            dom::set_attr(&button, "title", line);
            dom::append(&actions, &button);
        }
        dom::append(&card, &actions);
    }
    card
}

/// Puts the keyboard back on the button that it was on.
fn refocus(pane: &HtmlElement, line: &str) {
    let Ok(buttons) = pane.query_selector_all("[data-run]") else { return };
    for idx in 0..buttons.length() {
        let found = buttons.item(idx);
        let Some(button) =
            found.and_then(|node| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(node).ok())
        else {
            continue;
        };
        if button.get_attribute("data-run").as_deref() == Some(line) {
            // Focusing fails only for elements that are not in the page.
            let _ = button.focus();
            return;
        }
    }
}

impl Pane for SidePane {
    fn update(&mut self, msg: &Msg, _state: &State) {
        match msg {
            Msg::OpenSide { idx, with_focus } => {
                let idx = idx.unwrap_or(self.open_idx) % PANES.len();
                self.open(idx, *with_focus);
            }
            Msg::NextSide(forward) => {
                let step = if *forward { 1 } else { PANES.len() - 1 };
                self.open((self.open_idx + step) % PANES.len(), true);
            }
            _ => {}
        }
    }

    fn render(&mut self, state: &State, changes: Changes) {
        self.take_events(state);
        self.stale |= changes.world || changes.history;
        let due = REDRAW_MS_MIN <= state.wall_ms - self.drawn_at || changes.history;
        if self.stale && due {
            self.stale = false;
            self.drawn_at = state.wall_ms;
            self.draw(state);
        }
    }

    /// Asks for frames until what happened is shown, also while the clock stands.
    fn animate(&mut self, _state: &State) -> bool {
        self.stale
    }
}

fn listeners(inbox: &Inbox, root: &HtmlElement) -> Result<Vec<Listener>, MissingElement> {
    let tabs: HtmlElement = dom::by_id("side-tabs")?;
    let on_run = inbox.clone();
    let run = Listener::new(root, "click", move |event| {
        if let Some((_, line)) = dom::closest_attr(event, "data-run") {
            on_run.run_line(DEFAULT_CLIENT, &line);
        }
    });
    let on_tab = inbox.clone();
    let tab = Listener::new(&tabs, "click", move |event| {
        let clicked = dom::closest_attr(event, "aria-controls");
        let idx = clicked.and_then(|(_, id)| PANES.iter().position(|pane| *pane == id));
        if idx.is_some() {
            on_tab.push(Msg::OpenSide { idx, with_focus: false });
        }
    });
    let on_key = inbox.clone();
    let key = Listener::cancelling(&tabs, "keydown", move |event| {
        let Some(key) = wasm_bindgen::JsCast::dyn_ref::<KeyboardEvent>(event) else { return };
        let forward = match key.key().as_str() {
            "ArrowRight" => true,
            "ArrowLeft" => false,
            _ => return,
        };
        event.prevent_default();
        on_key.push(Msg::NextSide(forward));
    });
    let (nav, on_pane) =
        (dom::document().query_selector(".pane-tabs").ok().flatten(), inbox.clone());
    let mut all = vec![run, tab, key];
    if let Some(nav) = nav {
        all.push(Listener::new(&nav, "click", move |event| {
            if let Some((link, pane)) = dom::closest_attr(event, "data-show-pane") {
                show_pane(&link, &pane);
                let idx = PANES.iter().position(|id| *id == pane);
                if idx.is_some() {
                    on_pane.push(Msg::OpenSide { idx, with_focus: false });
                }
            }
        }));
    }
    Ok(all)
}

/// On a phone one pane is shown at a time: the stylesheet looks at the root's attribute.
fn show_pane(link: &Element, pane: &str) {
    if let Some(root) = dom::document().document_element() {
        dom::set_attr(&root, "data-pane", pane);
    }
    if let Some(nav) = link.parent_element() {
        let links = nav.children();
        for idx in 0..links.length() {
            if let Some(other) = links.item(idx) {
                // Removing an attribute cannot fail.
                let _ = other.remove_attribute("aria-current");
            }
        }
    }
    dom::set_attr(link, "aria-current", "true");
}
