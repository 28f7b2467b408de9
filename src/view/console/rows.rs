//! The transcript as rows: a line, and what became of it.

use crate::view::text;
use std::rc::Rc;

use super::Extras;
use crate::resp::{Value, decode};
use crate::sim::{Aside, EntryState, Origin, Session, TranscriptEntry};
use crate::time::Millis;

/// Which row: the transcript's lines and the extras are numbered separately.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum RowKey {
    /// A line of the transcript.
    Line(u64),
    /// A row that the world does not know: see [`Extra`].
    Extra(usize),
}

/// A row between the lines of the transcript: a line that moved through history, or what the
/// console itself has to say (HELP, a notice).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Extra {
    /// Shown before the transcript's line of that number.
    pub before_seq: u64,
    /// The row; its key is [`RowKey::Extra`] of its place, which [`Extras::push`] gives it.
    pub row: Row,
    /// Shown in every tab, not only in its client's.
    pub everywhere: bool,
}

/// One row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Which one.
    pub key: RowKey,
    /// When it was sent, in virtual time.
    pub at: Millis,
    /// Whose line it is.
    pub who: Rc<str>,
    /// The line; empty when the server spoke unasked.
    pub line: Rc<str>,
    /// Who wrote it.
    pub from: Origin,
    /// What became of it.
    pub answer: Answer,
}

/// What became of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// It waits.
    Waiting,
    /// A reply, as bytes, and when it came.
    Reply { bytes: Vec<u8>, at: Millis },
    /// A sentence of ours.
    Note(Rc<str>),
    /// A sentence that refuses.
    Refused(Rc<str>),
}

impl Answer {
    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        match self {
            Answer::Reply { bytes, .. } => bytes.first() == Some(&b'-'),
            Answer::Refused(_) => true,
            Answer::Waiting | Answer::Note(_) => false,
        }
    }
}

/// Which rows a tab shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Filter {
    /// The tab's client.
    pub who: Rc<str>,
    /// Lines of services, and those with which the scenario began, too.
    pub services: bool,
}

impl Filter {
    fn shows(&self, who: &str, from: Origin) -> bool {
        match from {
            Origin::Service => self.services || *self.who == *who,
            // A world that sets itself up would fill the console before anybody typed a word.
            Origin::Scenario => self.services,
            Origin::Human | Origin::Server => *self.who == *who,
        }
    }
}

/// A place in the transcript and one among the extras: what came before them was shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Mark {
    /// The next line's number.
    pub line_seq: u64,
    /// The next extra's place.
    pub extra_idx: usize,
}

/// The rows from `mark` on that a filter shows, but only the newest `n_max`; oldest first. Returns
/// also whether there were more.
pub fn rows(
    session: &Session,
    extras: &Extras,
    filter: &Filter,
    mark: Mark,
    n_max: usize,
) -> (Vec<Row>, bool) {
    let transcript = session.world().transcript();
    let has_lost_extras = mark.extra_idx < extras.first_idx();
    let mut extras = extras.from(mark.extra_idx).rev().peekable();
    let mut seq = transcript.next_seq();
    let first_seq = mark.line_seq.max(transcript.first_seq());
    let mut rows = Vec::new();
    while rows.len() <= n_max {
        if let Some(extra) = extras.next_if(|extra| seq <= extra.before_seq || seq <= first_seq) {
            let shown = extra.everywhere || extra.row.who == filter.who;
            rows.extend(shown.then(|| extra.row.clone()));
            continue;
        }
        if seq <= first_seq {
            break;
        }
        seq -= 1;
        let entry = transcript.get(seq).filter(|entry| filter.shows(&entry.who, entry.from));
        rows.extend(entry.map(entry_row));
    }
    let has_lost_lines = mark.line_seq < transcript.first_seq();
    let more = n_max < rows.len() || has_lost_lines || has_lost_extras;
    rows.truncate(n_max);
    rows.reverse();
    (rows, more)
}

/// The row of one line of the transcript.
pub fn entry_row(entry: &TranscriptEntry) -> Row {
    let answer = match &entry.state {
        EntryState::Waiting => Answer::Waiting,
        EntryState::Replied { reply, at } => Answer::Reply { bytes: reply.clone(), at: *at },
        EntryState::Note(text) => Answer::Note(Rc::clone(text)),
    };
    Row {
        key: RowKey::Line(entry.seq),
        at: entry.at,
        who: Rc::clone(&entry.who),
        line: Rc::clone(entry.line.text()),
        from: entry.from,
        answer,
    }
}

/// A line that moved through history.
pub fn aside_extra(aside: &Aside) -> Extra {
    let answer = match &aside.answer {
        Ok(text) => Answer::Note(Rc::clone(text)),
        Err(text) => Answer::Refused(Rc::clone(text)),
    };
    let row = Row {
        key: RowKey::Extra(0),
        at: aside.at,
        who: Rc::clone(&aside.who),
        line: Rc::clone(&aside.line),
        from: Origin::Human,
        answer,
    };
    Extra { before_seq: aside.before_seq, row, everywhere: false }
}

/// What a screen reader is told of an answer: short, since a long reply can be read in the
/// transcript.
pub fn spoken(answer: &Answer) -> String {
    match answer {
        Answer::Waiting => text::SAID_WAITING.to_owned(),
        Answer::Note(text) | Answer::Refused(text) => short(text),
        Answer::Reply { bytes, .. } => match decode(bytes) {
            Ok((value, _)) => spoken_value(&value),
            Err(_) => text::SAID_UNREADABLE.to_owned(),
        },
    }
}

fn spoken_value(value: &Value) -> String {
    match value {
        Value::Error(text) => text::said_error(&short(&String::from_utf8_lossy(text))),
        Value::Simple(text) | Value::Bulk(text) | Value::Double(text) | Value::Verbatim(text) => {
            short(&String::from_utf8_lossy(text))
        }
        Value::Int(n) => n.to_string(),
        Value::NilBulk | Value::NilArray | Value::Null => text::SAID_NIL.to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Array(items) | Value::Set(items) | Value::Push(items) => {
            text::said_elements(items.len())
        }
        Value::Map(pairs) => text::said_elements(pairs.len()),
    }
}

/// Most characters of one answer that are spoken.
const SPOKEN_CHARS_MAX: usize = 140;

fn short(text: &str) -> String {
    match text.char_indices().nth(SPOKEN_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
