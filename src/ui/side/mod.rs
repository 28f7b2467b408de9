//! The panes beside the lanes, and their tabs. Every button shows the line that it runs.

mod charts;
mod table;

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, HtmlInputElement, KeyboardEvent};

use super::app::{Changes, Msg, Pane, State};
use super::dom::{self, Listener, MissingElement};
use super::inbox::Inbox;
use crate::limits::TABLE_ROWS_MAX;
use crate::sim::World;
use crate::sim::world::DEFAULT_CLIENT;
use crate::view::chart::History;
use crate::view::side::{self, Feed};
use crate::view::table::{Sort, Table};
use crate::view::text;
use charts::Charts;
use table::{Hold, SORT_ATTR, TableView};

/// The panes, as their ids say.
const PANES: [&str; 4] = ["services", "inspector", "feed", "ledger"];
const INSPECTOR: usize = 1;
/// The pane of each table.
const TABLES: [usize; 7] = [0, INSPECTOR, INSPECTOR, INSPECTOR, INSPECTOR, 2, 3];
/// The tables in which new rows come last, and push nothing.
const TABLES_THAT_GROW: [usize; 2] = [0, 4];
/// The first of the panes whose rows are the newest first: who scrolls there reads older ones.
const FEED: usize = 2;
/// Somebody points at a row, or works in it by keyboard.
const IS_AT_A_ROW: &str = "tbody:hover, tbody :focus-visible";
/// Scrolled further than this, a pane is read.
const SCROLLED_PX_MIN: i32 = 8;
/// Wall time between two drawings: texts that change faster cannot be read.
const REDRAW_MS_MIN: f64 = 250.0;

/// What happens beside the lanes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SideMsg {
    /// Open a pane (the open one if none is named).
    Open { idx: Option<usize>, with_focus: bool },
    /// Open the next pane, or the one before.
    Next(bool),
    /// A heading was pressed: table and column.
    Sort(usize, usize),
    /// The filter was changed.
    Filter,
}

/// The panes beside the lanes.
pub struct SidePane {
    panes: Vec<HtmlElement>,
    tabs: Vec<HtmlElement>,
    filter: HtmlInputElement,
    open_idx: usize,
    feed: Feed,
    history: History,
    charts: Charts,
    tables: Vec<TableView>,
    sorts: [Option<Sort>; TABLES.len()],
    drawn_at: f64,
    stale: bool,
    /// Somebody asked for other rows: nothing is held.
    anew: bool,
    _listeners: Vec<Listener>,
}

impl SidePane {
    /// Mounts the panes.
    ///
    /// # Errors
    /// When the page lacks an element.
    pub fn mount(inbox: &Inbox) -> Result<SidePane, MissingElement> {
        let root: HtmlElement = dom::by_id("panes")?;
        let mut panes: Vec<HtmlElement> = Vec::new();
        let mut tabs = Vec::new();
        for id in PANES {
            panes.push(dom::by_id(id)?);
            tabs.push(dom::by_id(&format!("tab-{id}"))?);
        }
        let filter: HtmlInputElement = dom::by_id("side-filter")?;
        let _ = filter.remove_attribute("disabled");
        let charts = Charts::append_to(&panes[INSPECTOR]);
        let tables = TABLES.iter().zip(side::columns()).zip(0..);
        let tables = tables
            .map(|((pane, columns), number)| TableView::append_to(&panes[*pane], number, columns))
            .collect();
        Ok(SidePane {
            _listeners: listeners(inbox, &root, &filter)?,
            panes,
            tabs,
            filter,
            open_idx: 0,
            feed: Feed::default(),
            history: History::default(),
            charts,
            tables,
            sorts: [None; TABLES.len()],
            drawn_at: f64::NEG_INFINITY,
            stale: true,
            anew: true,
        })
    }

    fn open(&mut self, idx: usize, with_focus: bool) {
        self.open_idx = idx;
        self.redraw_soon();
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

    fn redraw_soon(&mut self) {
        (self.stale, self.anew) = (true, true);
        self.drawn_at = f64::NEG_INFINITY;
    }

    /// The tables of the open pane, by their numbers.
    fn open_tables(&self, world: &World) -> Vec<(usize, Table)> {
        match self.open_idx {
            0 => vec![(0, side::services(world))],
            INSPECTOR => (1..).zip(side::inspector(world)).collect(),
            2 => vec![(5, self.feed.table())],
            _ => vec![(6, side::ledger(world))],
        }
    }

    /// Whether somebody looks at single rows of the open pane.
    fn is_held(&self) -> bool {
        let Some(pane) = self.panes.get(self.open_idx).filter(|_| !self.anew) else { return false };
        let is_at_a_row = pane.query_selector(IS_AT_A_ROW).ok().flatten().is_some();
        is_at_a_row || (FEED <= self.open_idx && SCROLLED_PX_MIN < pane.scroll_top())
    }

    fn draw(&mut self, state: &State) {
        let is_held = self.is_held();
        self.anew = false;
        let world = state.session.world();
        let filter = self.filter.value();
        for (number, mut table) in self.open_tables(world) {
            let sort = self.sorts.get(number).copied().flatten();
            table.arrange(sort, &filter, TABLE_ROWS_MAX);
            let hold = match (is_held, TABLES_THAT_GROW.contains(&number)) {
                (false, _) => Hold::Free,
                (true, true) => Hold::Grows,
                (true, false) => Hold::Waits,
            };
            if let Some(view) = self.tables.get_mut(number) {
                view.render(table, sort, hold);
            }
        }
        if self.open_idx == INSPECTOR {
            self.charts.render(&self.history.charts());
        }
    }
}

impl Pane for SidePane {
    fn update(&mut self, msg: &Msg, _state: &State) {
        let Msg::Side(msg) = msg else { return };
        match msg {
            SideMsg::Open { idx, with_focus } => {
                let idx = idx.unwrap_or(self.open_idx) % PANES.len();
                self.open(idx, *with_focus);
            }
            SideMsg::Next(forward) => {
                let step = if *forward { 1 } else { PANES.len() - 1 };
                self.open((self.open_idx + step) % PANES.len(), true);
            }
            SideMsg::Sort(table, column_idx) => {
                let column = side::columns().get(*table).and_then(|it| it.get(*column_idx));
                if let (Some(sort), Some(column)) = (self.sorts.get_mut(*table), column) {
                    *sort = Sort::next(*sort, *column_idx, column.is_number);
                }
                self.redraw_soon();
            }
            SideMsg::Filter => self.redraw_soon(),
        }
    }

    fn render(&mut self, state: &State, changes: Changes) {
        for event in &state.events {
            self.feed.follow(event);
            self.history.follow(event);
        }
        self.stale |= changes.world || changes.history || changes.time;
        self.anew |= changes.history;
        let due = REDRAW_MS_MIN <= state.wall_ms - self.drawn_at || changes.history;
        if self.stale && due {
            self.stale = false;
            self.drawn_at = state.wall_ms;
            self.history.measure(state.session.world());
            self.draw(state);
        }
    }

    /// Asks for frames until what happened is shown, also while the clock stands.
    fn animate(&mut self, _state: &State) -> bool {
        self.stale
    }
}

fn listeners(
    inbox: &Inbox,
    root: &HtmlElement,
    filter: &HtmlInputElement,
) -> Result<Vec<Listener>, MissingElement> {
    let tabs: HtmlElement = dom::by_id("side-tabs")?;
    let command: HtmlElement = dom::by_id("side-command")?;
    let to = inbox.clone();
    let run = Listener::new(root, "click", move |event| {
        if let Some((_, line)) = dom::closest_attr(event, "data-run") {
            to.run_line(DEFAULT_CLIENT, &line);
        } else if let Some((_, sort)) = dom::closest_attr(event, SORT_ATTR)
            && let Some((table, column)) = sort.split_once(' ')
            && let (Ok(table), Ok(column)) = (table.parse(), column.parse())
        {
            to.push(Msg::Side(SideMsg::Sort(table, column)));
        }
    });
    let to = inbox.clone();
    let filtered = Listener::new(filter, "input", move |_| to.push(Msg::Side(SideMsg::Filter)));
    let to = inbox.clone();
    let tab = Listener::new(&tabs, "click", move |event| {
        let clicked = dom::closest_attr(event, "aria-controls");
        let idx = clicked.and_then(|(_, id)| PANES.iter().position(|pane| *pane == id));
        if idx.is_some() {
            to.push(Msg::Side(SideMsg::Open { idx, with_focus: false }));
        }
    });
    let to = inbox.clone();
    let key = Listener::cancelling(&tabs, "keydown", move |event| {
        let Some(key) = event.dyn_ref::<KeyboardEvent>() else { return };
        let forward = match key.key().as_str() {
            "ArrowRight" => true,
            "ArrowLeft" => false,
            _ => return,
        };
        event.prevent_default();
        to.push(Msg::Side(SideMsg::Next(forward)));
    });
    let mut all = vec![run, filtered, tab, key];
    for kind in ["pointerover", "focusin"] {
        let command = command.clone();
        all.push(Listener::new(root, kind, move |event| show_command(&command, event)));
    }
    let nav = dom::document().query_selector(".pane-tabs").ok().flatten();
    if let Some(nav) = nav {
        let to = inbox.clone();
        all.push(Listener::new(&nav, "click", move |event| {
            if let Some((link, pane)) = dom::closest_attr(event, "data-show-pane") {
                show_pane(&link, &pane);
                let idx = PANES.iter().position(|id| *id == pane);
                if idx.is_some() {
                    to.push(Msg::Side(SideMsg::Open { idx, with_focus: false }));
                }
            }
        }));
    }
    Ok(all)
}

/// Shows the line of the button that is pointed at or has the focus.
fn show_command(command: &HtmlElement, event: &Event) {
    let line = dom::closest_attr(event, "data-run").map(|(_, line)| line);
    dom::set_text(command, line.as_deref().unwrap_or(text::POINT_AT_A_BUTTON));
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
