//! The rows of the console, as elements.

use std::collections::VecDeque;
use std::rc::Rc;

use web_sys::HtmlElement;

use crate::limits::{REPLY_LINES_SHOWN_MAX, TRANSCRIPT_ROWS_MAX};
use crate::sim::{Origin, Session};
use crate::ui::dom::{self, MissingElement, append, el, el_text, set_attr};
use crate::view::console::rows::{self, entry_row};
use crate::view::console::{Answer, Extra, Filter, Mark, Row, RowKey, raw, reply};

/// The attribute that says which row an element belongs to.
pub const ROW_ATTR: &str = "data-row";
/// Bytes of a reply that the raw view shows.
const RAW_BYTES_MAX: usize = 16 * 1024;
/// Nearer to the end than this counts as being there: new rows keep the end in view.
const END_PX: i32 = 32;

/// What the rows look like beyond what they say.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Style {
    /// Replies as bytes on the wire.
    pub raw: bool,
    /// Long replies in full.
    pub all: bool,
}

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

    /// The element that holds the rows.
    pub fn element(&self) -> &HtmlElement {
        &self.list
    }

    /// Draws all rows anew.
    pub fn rebuild(
        &mut self,
        session: &Session,
        extras: &[Extra],
        filter: &Filter,
        start: Mark,
        style: Style,
    ) {
        dom::clear(&self.list);
        self.shown.clear();
        self.has_cut_row = false;
        self.next = start;
        self.append_new(session, extras, filter, style);
        self.scroll_to_end();
    }

    /// Appends the rows that came since, and completes those that waited.
    pub fn append_new(
        &mut self,
        session: &Session,
        extras: &[Extra],
        filter: &Filter,
        style: Style,
    ) {
        let (rows, more) = rows::rows(session, extras, filter, self.next, TRANSCRIPT_ROWS_MAX);
        let line_seq = session.world().transcript().next_seq();
        self.next = Mark { line_seq, extra_idx: extras.len() };
        let at_end = !rows.is_empty() && self.is_at_end();
        for row in &rows {
            let element = row_element(row, filter, style);
            append(&self.list, &element);
            let is_waiting = row.answer == Answer::Waiting;
            self.shown.push_back(Shown { key: row.key, element, is_waiting });
        }
        self.complete_waiting(session, filter, style);
        let n_over = self.shown.len().saturating_sub(TRANSCRIPT_ROWS_MAX);
        for shown in self.shown.drain(..n_over) {
            shown.element.remove();
        }
        if (more || 0 < n_over) && !std::mem::replace(&mut self.has_cut_row, true) {
            let text = format!("Older rows are not shown; the newest {TRANSCRIPT_ROWS_MAX} are.");
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

    fn complete_waiting(&mut self, session: &Session, filter: &Filter, style: Style) {
        let transcript = session.world().transcript();
        for shown in self.shown.iter_mut().filter(|shown| shown.is_waiting) {
            let RowKey::Line(seq) = shown.key else { continue };
            let Some(row) = transcript.get(seq).map(entry_row) else { continue };
            if row.answer != Answer::Waiting {
                let element = row_element(&row, filter, style);
                let _ = shown.element.replace_with_with_node_1(&element);
                shown.element = element;
                shown.is_waiting = false;
            }
        }
    }
}

/// A row as an element.
pub fn row_element(row: &Row, filter: &Filter, style: Style) -> HtmlElement {
    let element = el("div", "row");
    let from = match row.from {
        Origin::Human => "human",
        Origin::Service => "service",
        Origin::Scenario => "scenario",
        Origin::Server => "server",
    };
    set_attr(&element, "data-from", from);
    set_attr(&element, "data-state", state_word(&row.answer));
    set_attr(&element, ROW_ATTR, &key_text(row.key));
    if !row.line.is_empty() {
        append(&element, &line_element(row, filter));
    }
    append(&element, &answer_element(row, style));
    element
}

fn state_word(answer: &Answer) -> &'static str {
    match answer {
        Answer::Waiting => "waiting",
        Answer::Note(_) => "note",
        answer if answer.is_error() => "error",
        Answer::Reply { .. } | Answer::Refused(_) => "reply",
    }
}

fn line_element(row: &Row, filter: &Filter) -> HtmlElement {
    let line = el("div", "row-line");
    let class = if row.who == filter.who { "row-prompt" } else { "row-prompt other" };
    append(&line, &el_text("span", class, &format!("{}> ", row.who)));
    append(&line, &el_text("code", "row-text", &row.line));
    line
}

fn answer_element(row: &Row, style: Style) -> HtmlElement {
    let lines = match &row.answer {
        Answer::Waiting => {
            let waiting = el("div", "row-answer row-waiting");
            append(&waiting, &el_text("span", "row-wait-text", "waits for data … "));
            let cancel = dom::button("tool-button", "Cancel");
            set_attr(&cancel, "data-cancel", &row.who);
            append(&waiting, &cancel);
            return waiting;
        }
        Answer::Note(text) | Answer::Refused(text) => vec![text.as_ref().to_owned()],
        Answer::Reply { bytes, .. } if style.raw => raw::lines(bytes, RAW_BYTES_MAX),
        Answer::Reply { bytes, .. } => reply::lines(bytes),
    };
    let answer = el("div", "row-answer");
    let n_max = if style.all { usize::MAX } else { REPLY_LINES_SHOWN_MAX };
    let n_shown = lines.len().min(n_max);
    append(&answer, &el_text("span", "row-reply", &lines[..n_shown].join("\n")));
    if n_shown < lines.len() {
        let text = format!("Show {} more lines", lines.len() - n_shown);
        let more = dom::button("tool-button row-more", &text);
        set_attr(&more, "data-more", "");
        append(&answer, &more);
    }
    answer
}

/// A key as an attribute's value.
pub fn key_text(key: RowKey) -> String {
    match key {
        RowKey::Line(seq) => seq.to_string(),
        RowKey::Extra(idx) => format!("x{idx}"),
    }
}

/// The key in an attribute's value.
pub fn key_of(text: &str) -> Option<RowKey> {
    match text.strip_prefix('x') {
        Some(idx) => idx.parse().ok().map(RowKey::Extra),
        None => text.parse().ok().map(RowKey::Line),
    }
}

/// A row that the console itself writes.
pub fn own_extra(
    session: &Session,
    who: &Rc<str>,
    line: &str,
    answer: Answer,
    idx: usize,
) -> Extra {
    let row = Row {
        key: RowKey::Extra(idx),
        at: session.now(),
        who: Rc::clone(who),
        line: line.into(),
        from: Origin::Human,
        answer,
    };
    Extra { before_seq: session.world().transcript().next_seq(), row, everywhere: false }
}
