//! The rows of the console, as elements.

use std::collections::VecDeque;

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::limits::TRANSCRIPT_ROWS_MAX;
use crate::sim::Session;
use crate::ui::dom::{self, MissingElement, append, el_text};
use crate::view::console::rows::{self, entry_row};
use crate::view::console::{Answer, Extras, Filter, Mark, Row, RowKey};
use crate::view::text;

/// Nearer to the end than this counts as being there: new rows keep the end in view.
const END_PX: i32 = 32;

/// Draws a row.
pub type Draw<'a> = &'a dyn Fn(&Row) -> HtmlElement;

/// The list of rows.
pub struct TranscriptView {
    list: HtmlElement,
    shown: VecDeque<Shown>,
    next: Mark,
    has_cut_row: bool,
}

struct Shown {
    key: RowKey,
    element: HtmlElement,
    is_waiting: bool,
}

impl TranscriptView {
    /// The view in the page's `#console-transcript`.
    ///
    /// # Errors
    /// When the page lacks it.
    pub fn mount() -> Result<TranscriptView, MissingElement> {
        let list: HtmlElement = dom::by_id("console-transcript")?;
        let (shown, next) = (VecDeque::new(), Mark::default());
        Ok(TranscriptView { list, shown, next, has_cut_row: false })
    }

    /// The view itself, leaving one behind that shows nothing.
    pub fn take(&mut self) -> TranscriptView {
        let list = self.list.clone();
        let empty = TranscriptView {
            list,
            shown: VecDeque::new(),
            next: Mark::default(),
            has_cut_row: false,
        };
        std::mem::replace(self, empty)
    }

    /// Puts the focus back on a row's "Why?" after the row was drawn anew.
    pub fn focus_why(&self, key: RowKey) {
        let row = self.shown.iter().find(|shown| shown.key == key);
        let found = row.and_then(|row| row.element.query_selector("[data-why]").ok().flatten());
        if let Some(why) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            // It is in the page, so it can be focused.
            let _ = why.focus();
        }
        if let Some(row) = row {
            let end = row.element.offset_top() + row.element.offset_height();
            let seen = self.list.scroll_top() + self.list.client_height();
            if seen < end {
                self.list.set_scroll_top(end - self.list.client_height());
            }
        }
    }

    /// The element that holds the rows.
    pub fn element(&self) -> &HtmlElement {
        &self.list
    }

    /// Draws all rows anew.
    pub fn rebuild(
        &mut self,
        session: &Session,
        extras: &Extras,
        filter: &Filter,
        start: Mark,
        draw: Draw<'_>,
    ) {
        dom::clear(&self.list);
        self.shown.clear();
        self.has_cut_row = false;
        self.next = start;
        self.append_new(session, extras, filter, draw);
        self.scroll_to_end();
    }

    /// Appends the rows that came since, and completes those that waited.
    pub fn append_new(
        &mut self,
        session: &Session,
        extras: &Extras,
        filter: &Filter,
        draw: Draw<'_>,
    ) {
        let (rows, more) = rows::rows(session, extras, filter, self.next, TRANSCRIPT_ROWS_MAX);
        let line_seq = session.world().transcript().next_seq();
        self.next = Mark { line_seq, extra_idx: extras.next_idx() };
        let at_end = !rows.is_empty() && self.is_at_end();
        for row in &rows {
            let element = draw(row);
            append(&self.list, &element);
            let is_waiting = row.answer == Answer::Waiting;
            self.shown.push_back(Shown { key: row.key, element, is_waiting });
        }
        self.complete_waiting(session, draw);
        let n_over = self.shown.len().saturating_sub(TRANSCRIPT_ROWS_MAX);
        for shown in self.shown.drain(..n_over) {
            shown.element.remove();
        }
        if (more || 0 < n_over) && !std::mem::replace(&mut self.has_cut_row, true) {
            let text = text::rows_cut(TRANSCRIPT_ROWS_MAX);
            let note = el_text("p", "row-cut", &text);
            // It has no row, so it stays the first child whatever is removed after it.
            let _ = self.list.insert_before(&note, self.list.first_child().as_ref());
        }
        if at_end {
            self.scroll_to_end();
        }
    }

    /// Draws one row anew (its reply is to be shown in full, or explained).
    pub fn replace(&mut self, key: RowKey, new: HtmlElement) {
        if let Some(shown) = self.shown.iter_mut().find(|shown| shown.key == key) {
            // It is in the page, so it can be replaced.
            let _ = shown.element.replace_with_with_node_1(&new);
            shown.element = new;
        }
    }

    /// Shows the newest row.
    pub fn scroll_to_end(&self) {
        self.list.set_scroll_top(self.list.scroll_height());
    }

    fn is_at_end(&self) -> bool {
        self.list.scroll_height() - self.list.scroll_top() - self.list.client_height() < END_PX
    }

    fn complete_waiting(&mut self, session: &Session, draw: Draw<'_>) {
        let transcript = session.world().transcript();
        for shown in self.shown.iter_mut().filter(|shown| shown.is_waiting) {
            let RowKey::Line(seq) = shown.key else { continue };
            let Some(row) = transcript.get(seq).map(entry_row) else { continue };
            if row.answer != Answer::Waiting {
                let element = draw(&row);
                let _ = shown.element.replace_with_with_node_1(&element);
                shown.element = element;
                shown.is_waiting = false;
            }
        }
    }
}
