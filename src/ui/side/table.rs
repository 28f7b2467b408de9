//! A table as elements. Rows keep their elements while they stay, so that focus and selection do.

use web_sys::{Element, HtmlElement};

use crate::ui::dom::{self, append, el, el_text, set_attr, set_text};
use crate::view::table::{Action, Column, Row, Sort, Table};
use crate::view::text;

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
    pub fn render(&mut self, table: Table, sort: Option<Sort>) {
        set_text(&self.caption, &table.caption);
        for (head, idx) in self.heads.iter().zip(0..) {
            let order = match sort.filter(|sort| sort.column_idx == idx) {
                Some(Sort { is_descending: true, .. }) => "descending",
                Some(_) => "ascending",
                None => "none",
            };
            set_attr(head, "aria-sort", order);
        }
        let mut note = match (table.rows.is_empty(), table.n_more) {
            (true, _) => table.empty.to_owned(),
            (_, 0) => String::new(),
            (_, n) => text::n_more_rows(n),
        };
        if !table.note.is_empty() {
            note = format!("{note} {}", table.note);
        }
        set_text(&self.note, &note);
        dom::set_hidden(&self.note, note.is_empty());
        self.shown.retain(|shown| {
            let stays = table.rows.iter().any(|row| row.key == shown.row.key);
            if !stays {
                shown.body.remove();
            }
            stays
        });
        for (row, idx) in table.rows.into_iter().zip(0..) {
            self.put(idx, row);
        }
        if self.actions != table.actions {
            show_actions(&self.tools, &self.actions, &table.actions);
            self.actions = table.actions;
        }
    }

    /// Makes a row the one of that number. Those after it may be wrong yet.
    fn put(&mut self, idx: usize, row: Row) {
        let found = self.shown.iter().skip(idx).position(|shown| shown.row.key == row.key);
        if found == Some(0) {
            if let Some(shown) = self.shown.get_mut(idx) {
                shown.update(row, self.columns);
            }
            return;
        }
        let mut shown = match found {
            Some(distance) => self.shown.remove(idx + distance),
            None => Shown { row: Row::default(), body: el("tbody", "") },
        };
        let next = self.shown.get(idx).map(|shown| &shown.body);
        // The next row is in the table, so the new one can stand before it.
        let _ = self.table.insert_before(&shown.body, next.map(|body| body.as_ref()));
        shown.update(row, self.columns);
        self.shown.insert(idx, shown);
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
                if let Some(cell) = cells.item(idx).filter(|_| new.text != old.text) {
                    set_text(&cell, &new.text);
                }
            }
        }
        set_attr(&self.body, "data-state", row.state);
        if self.row.actions != row.actions {
            self.update_actions(&row);
        }
        self.row = row;
    }

    fn build(&mut self, row: &Row, columns: &[Column]) {
        dom::clear(&self.body);
        let line = el("tr", "");
        for (cell, column) in row.cells.iter().zip(columns) {
            append(&line, &el_text("td", if column.is_number { "num" } else { "" }, &cell.text));
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
