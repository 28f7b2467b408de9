//! A table as elements. A row's element belongs to a place: what stands there changes, and nothing
//! moves. While somebody points at a row or has the focus in one, what stands there stays, too.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::ui::dom::{self, append, el, el_text, set_attr, set_text};
use crate::view::table::{Action, Column, Row, Sort, Table};
use crate::view::text;

/// The most rows of a table that grows while it is held.
const HELD_ROWS_MAX: usize = 2 * crate::limits::TABLE_ROWS_MAX;

/// The state of a row that is no more.
const GONE: &str = "past";

/// Whether rows may get other places.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hold {
    /// Nobody is at one of them.
    Free,
    /// They stay; new ones come at the end.
    Grows,
    /// They stay; new ones wait, and are counted.
    Waits,
}

/// The attribute of a heading's button: the number of the table and of the column.
pub const SORT_ATTR: &str = "data-sort";

/// A table in the page.
pub struct TableView {
    caption: HtmlElement,
    columns: &'static [Column],
    heads: Vec<HtmlElement>,
    table: HtmlElement,
    note: HtmlElement,
    tools: HtmlElement,
    actions: Vec<Action>,
    shown: Vec<Shown>,
}

struct Shown {
    row: Row,
    body: HtmlElement,
}

impl TableView {
    /// A table at the end of a pane; `number` is its own.
    pub fn append_to(pane: &Element, number: usize, columns: &'static [Column]) -> TableView {
        let wrap = el("div", "table-wrap");
        let (table, caption) = (el("table", ""), el("caption", ""));
        let (head, row) = (el("thead", ""), el("tr", ""));
        let mut heads = Vec::new();
        for (column, idx) in columns.iter().zip(0_usize..) {
            let cell = el("th", if column.is_number { "num" } else { "" });
            set_attr(&cell, "scope", "col");
            let button = dom::button("", column.title);
            set_attr(&button, SORT_ATTR, &format!("{number} {idx}"));
            append(&cell, &button);
            append(&row, &cell);
            heads.push(cell);
        }
        append(&head, &row);
        set_attr(&table, "data-table", &number.to_string());
        let note = el("p", "quiet");
        let tools = el("div", "table-tools");
        append(&table, &caption);
        append(&table, &head);
        for part in [&table, &note, &tools] {
            append(&wrap, part);
        }
        append(pane, &wrap);
        let (actions, shown) = (Vec::new(), Vec::new());
        TableView { caption, columns, heads, table, note, tools, actions, shown }
    }

    /// Shows these rows, which are in order already.
    pub fn render(&mut self, mut table: Table, sort: Option<Sort>, hold: Hold) {
        let is_empty = table.rows.is_empty();
        let n_waiting = self.render_rows(std::mem::take(&mut table.rows), hold);
        let caption = match n_waiting {
            0 => table.caption,
            n => text::new_rows_wait(&table.caption, n),
        };
        set_text(&self.caption, &caption);
        for (head, idx) in self.heads.iter().zip(0..) {
            let order = match sort.filter(|sort| sort.column_idx == idx) {
                Some(Sort { is_descending: true, .. }) => "descending",
                Some(_) => "ascending",
                None => "none",
            };
            set_attr(head, "aria-sort", order);
        }
        let mut note = match (is_empty, table.n_more) {
            (true, _) => table.empty.to_owned(),
            (_, 0) => String::new(),
            (_, n) => text::n_more_rows(n),
        };
        if !table.note.is_empty() {
            note = format!("{note} {}", table.note);
        }
        set_text(&self.note, &note);
        dom::set_hidden(&self.note, note.is_empty());
        if self.actions != table.actions {
            show_actions(&self.tools, &self.actions, &table.actions);
            self.actions = table.actions;
        }
    }

    /// Puts the rows into their places; returns how many new ones wait.
    fn render_rows(&mut self, rows: Vec<Row>, hold: Hold) -> usize {
        let mut n_waiting = 0;
        if hold == Hold::Free {
            for shown in self.shown.drain(rows.len().min(self.shown.len())..) {
                shown.body.remove();
            }
            let n_places = self.shown.len();
            for (row, idx) in rows.into_iter().zip(0..) {
                match self.shown.get_mut(idx).filter(|_| idx < n_places) {
                    Some(shown) => shown.update(row, self.columns),
                    None => self.append(row),
                }
            }
            return n_waiting;
        }
        for shown in &mut self.shown {
            if !rows.iter().any(|row| row.key == shown.row.key) {
                shown.is_gone();
            }
        }
        for row in rows {
            let can_grow = hold == Hold::Grows && self.shown.len() < HELD_ROWS_MAX;
            let place = self.shown.iter_mut().find(|shown| shown.row.key == row.key);
            match place {
                Some(shown) => shown.update(row, self.columns),
                None if can_grow => self.append(row),
                None => n_waiting += 1,
            }
        }
        n_waiting
    }

    fn append(&mut self, row: Row) {
        let mut shown = Shown { row: Row::default(), body: el("tbody", "") };
        append(&self.table, &shown.body);
        shown.update(row, self.columns);
        self.shown.push(shown);
    }
}

impl Shown {
    /// Brings the elements up to date: only what differs is touched.
    fn update(&mut self, row: Row, columns: &[Column]) {
        if self.row == row {
            return;
        }
        if self.row.cells.len() != row.cells.len() {
            self.build(&row, columns);
        } else if let Some(line) = self.body.first_element_child() {
            let cells = line.children();
            for ((new, old), idx) in row.cells.iter().zip(&self.row.cells).zip(0..) {
                let cell = cells.item(idx).filter(|_| new.text != old.text);
                if let Some(text) = cell.and_then(|cell| cell.first_element_child()) {
                    set_text(&text, &new.text);
                }
            }
        }
        set_attr(&self.body, "data-state", row.state);
        if self.row.actions != row.actions {
            self.update_actions(&row);
        }
        self.row = row;
    }

    /// It is no more, and keeps its place for now. Its buttons do nothing, but keep the focus.
    fn is_gone(&mut self) {
        if self.row.state == GONE {
            return;
        }
        self.row.state = GONE;
        set_attr(&self.body, "data-state", GONE);
        // Those that come back are made anew.
        self.row.actions.clear();
        let Ok(buttons) = self.body.query_selector_all(".row-actions button") else { return };
        for idx in 0..buttons.length() {
            if let Some(button) = buttons.item(idx).and_then(|it| it.dyn_into::<Element>().ok()) {
                set_attr(&button, "aria-disabled", "true");
                // Removing an attribute cannot fail.
                let _ = button.remove_attribute("data-run");
            }
        }
    }

    fn build(&mut self, row: &Row, columns: &[Column]) {
        dom::clear(&self.body);
        let line = el("tr", "");
        for (cell, column) in row.cells.iter().zip(columns) {
            let place = el("td", if column.is_number { "num" } else { "" });
            append(&place, &el_text("span", "cell", &cell.text));
            append(&line, &place);
        }
        append(&self.body, &line);
        self.row.actions.clear();
    }

    /// A line of its own for the buttons: the tables are narrow.
    fn update_actions(&mut self, row: &Row) {
        let known = self.body.query_selector(".row-actions td").ok().flatten();
        let cell = known.unwrap_or_else(|| {
            let (line, cell) = (el("tr", "row-actions"), el("td", ""));
            set_attr(&cell, "colspan", &row.cells.len().to_string());
            append(&line, &cell);
            append(&self.body, &line);
            cell.into()
        });
        show_actions(&cell, &self.row.actions, &row.actions);
    }
}

/// Gives an element a button for each action. Buttons whose labels stay are kept.
fn show_actions(parent: &Element, old: &[Action], new: &[Action]) {
    let same =
        old.len() == new.len() && old.iter().zip(new).all(|(old, new)| old.label == new.label);
    if !same {
        dom::clear(parent);
        for action in new {
            append(parent, &dom::button("tool-button", action.label));
        }
    }
    let buttons = parent.children();
    for (action, idx) in new.iter().zip(0..) {
        if let Some(button) = buttons.item(idx) {
            set_attr(&button, "data-run", &action.line);
            set_attr(&button, "aria-label", &format!("{}: {}", action.label, action.line));
        }
    }
}
