//! One row of the console, as elements: the line, the answer, and why.

use std::ops::Range;
use std::rc::Rc;

use web_sys::{Element, HtmlElement};

use crate::command::Profile;
use crate::limits::RAW_BYTES_MAX;
use crate::sim::{Origin, Session};
use crate::ui::dom::{self, append, button, el, el_text, set_attr};
use crate::view::console::reading::{Role, read};
use crate::view::console::{Answer, Explanation, Extra, Filter, Row, RowKey, raw, reply};
use crate::view::text;

/// The attribute that says which row an element belongs to.
pub const ROW_ATTR: &str = "data-row";

/// What a row looks like beyond what it says.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The tab that it is in.
    pub filter: &'a Filter,
    /// The server that the world pretends to have.
    pub profile: Profile,
    /// Replies as bytes on the wire.
    pub raw: bool,
    /// A long reply in full.
    pub all: bool,
    /// What is known about the answer.
    pub explanation: Option<&'a Explanation>,
    /// The explanation is shown.
    pub is_open: bool,
}

/// A row as an element.
pub fn row_element(row: &Row, look: Look<'_>) -> HtmlElement {
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
        append(&element, &line_element(row, look));
    }
    append(&element, &answer_element(row, look));
    if look.is_open {
        append(&element, &why_element(row, look));
    }
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

fn line_element(row: &Row, look: Look<'_>) -> HtmlElement {
    let line = el("div", "row-line");
    let class = if row.who == look.filter.who { "row-prompt" } else { "row-prompt other" };
    append(&line, &el_text("span", class, &format!("{}>", row.who)));
    let code = el("code", "row-text");
    let fault = look.explanation.and_then(|it| it.fault_word_idx);
    write_line(&code, &row.line, look.profile, fault, true);
    append(&line, &code);
    let is_reply = matches!(row.answer, Answer::Reply { .. });
    if is_reply && row.from == Origin::Human {
        let why = button("row-why-button", text::WHY);
        set_attr(&why, "data-why", "");
        set_attr(&why, "aria-expanded", if look.is_open { "true" } else { "false" });
        set_attr(&why, "aria-label", &text::why_about(&row.line));
        if look.explanation.is_some_and(|it| it.why.is_some()) {
            set_attr(&why, "data-surprise", "");
        }
        append(&line, &why);
    }
    line
}

/// Writes a line with each word marked as what it is; the word at fault is underlined.
pub fn write_line(
    parent: &Element,
    line: &str,
    profile: Profile,
    fault_word_idx: Option<usize>,
    with_titles: bool,
) {
    let reading = read(line, profile);
    let mut at = 0;
    for (idx, span) in reading.spans(line).into_iter().enumerate() {
        let Range { start, end } = span.range;
        append_text(parent, line.get(at..start).unwrap_or_default());
        let class = class_of(span.role);
        let word = el_text("span", class, line.get(start..end).unwrap_or_default());
        if fault_word_idx == Some(idx) {
            // The class list of an element takes any word without blanks.
            let _ = word.class_list().add_1("tok-fault");
        }
        if with_titles && span.role != Role::Comment {
            let title = reading.explained(idx);
            if !title.is_empty() {
                set_attr(&word, "title", &title);
            }
        }
        append(parent, &word);
        at = end;
    }
    append_text(parent, line.get(at..).unwrap_or_default());
}

fn append_text(parent: &Element, text: &str) {
    if !text.is_empty() {
        append(parent, &dom::document().create_text_node(text));
    }
}

fn class_of(role: Role) -> &'static str {
    match role {
        Role::Command => "tok tok-command",
        Role::Keyword => "tok tok-keyword",
        Role::Key => "tok tok-key",
        Role::Group => "tok tok-group",
        Role::Consumer | Role::Service => "tok tok-consumer",
        Role::Id => "tok tok-id",
        Role::Field => "tok tok-field",
        Role::Value | Role::Other => "tok",
        Role::Number => "tok tok-number",
        Role::Wrong => "tok tok-wrong",
        Role::Comment => "tok tok-comment",
    }
}

fn answer_element(row: &Row, look: Look<'_>) -> HtmlElement {
    let lines = match &row.answer {
        Answer::Waiting => {
            let waiting = el("div", "row-answer row-waiting");
            append(&waiting, &el_text("span", "row-wait-text", text::ROW_WAITS));
            let cancel = button("tool-button", text::CANCEL);
            set_attr(&cancel, "data-cancel", &row.who);
            set_attr(&cancel, "title", text::CANCEL_ABOUT);
            append(&waiting, &cancel);
            return waiting;
        }
        Answer::Note(text) | Answer::Refused(text) => vec![text.as_ref().to_owned()],
        Answer::Reply { bytes, .. } if look.raw => raw::lines(bytes, RAW_BYTES_MAX),
        Answer::Reply { bytes, .. } => reply::lines(bytes),
    };
    let answer = el("div", "row-answer");
    let (shown, n_more) = reply::shown(&lines, look.all);
    append(&answer, &el_text("span", "row-reply", &shown.join("\n")));
    if 0 < n_more {
        let more = button("tool-button row-more", &text::show_more_lines(n_more));
        set_attr(&more, "data-more", "");
        append(&answer, &more);
    }
    answer
}

/// What changed, why the answer surprises, and what the command is for.
fn why_element(row: &Row, look: Look<'_>) -> HtmlElement {
    let panel = el("div", "row-why");
    if let Some(why) = look.explanation.and_then(|it| it.why.as_deref()) {
        append(&panel, &el_text("p", "row-why-reason", why));
    }
    let unknown = || vec![text::CHANGES_UNKNOWN.to_owned()];
    let sentences = look.explanation.map_or_else(unknown, Explanation::sentences);
    match sentences.as_slice() {
        [] => {}
        [one] => append(&panel, &el_text("p", "", one)),
        several => {
            let list = el("ul", "row-why-changes");
            for sentence in several {
                append(&list, &el_text("li", "", sentence));
            }
            append(&panel, &list);
        }
    }
    if let Some(head) = read(&row.line, look.profile).head {
        let about = el("p", "row-why-about");
        append_text(&about, &format!("{} ", head.summary()));
        let help = format!("HELP {}", head.name());
        let more = button("tool-button", &help);
        set_attr(&more, "data-help", &help);
        append(&about, &more);
        append(&panel, &about);
    }
    panel
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
pub fn own_extra(session: &Session, who: &Rc<str>, line: &str, answer: Answer) -> Extra {
    let row = Row {
        key: RowKey::Extra(0),
        at: session.now(),
        who: Rc::clone(who),
        line: line.into(),
        from: Origin::Human,
        answer,
    };
    Extra { before_seq: session.world().transcript().next_seq(), row, everywhere: false }
}
