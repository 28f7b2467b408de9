//! What the learner's clients typed and what came back, since the lesson began.

use super::pattern::{CommandPattern, looks_like_id};
use crate::engine::StreamId;
use crate::limits::EVIDENCE_ROWS_MAX;
use crate::resp::{Value, decode};
use crate::sim::line::split;
use crate::sim::session::{Aside, Session};
use crate::sim::transcript::{EntryState, Origin, Transcript, TranscriptEntry};
use crate::sorted::{SortedMap, SortedSet};

/// One line and what became of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// Where it stands among the lines.
    pub place: Place,
    /// The client.
    pub who: String,
    /// Whether a person typed it (or clicked a button that did).
    pub human: bool,
    /// The words.
    pub words: Vec<Vec<u8>>,
    /// The reply, once it came. What a control line says for an answer is a status.
    pub reply: Option<Value>,
    /// Whether the call was blocked for a while.
    pub waited: bool,
}

/// Orders lines: asides (CLOCK JUMP, UNDO …) stand before the transcript's line of that number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    seq: u64,
    is_line: bool,
    aside_seq: u64,
}

/// Everything that goals may point at: it is collected while the lesson runs, so that a transcript
/// that forgets its oldest lines does not forget a goal that was reached.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    rows: Vec<Row>,
    asides: Vec<Row>,
    /// Transcript numbers of rows that still wait for their reply.
    waiting: SortedSet<u64>,
    start_seq: u64,
    next_seq: u64,
    next_aside: u64,
    answers: SortedMap<String, bool>,
}

impl Evidence {
    /// Nothing yet; what was typed so far does not count.
    pub fn starting_at(session: &Session) -> Evidence {
        let start_seq = session.world().transcript().next_seq();
        let next_aside = session.next_aside_seq();
        Evidence { start_seq, next_seq: start_seq, next_aside, ..Evidence::default() }
    }

    /// Nothing yet; what was typed before that line of the transcript does not count.
    pub fn from_line(start_seq: u64) -> Evidence {
        Evidence { start_seq, next_seq: start_seq, ..Evidence::default() }
    }

    /// Whether lines are left out from now on: people's own, or those of services.
    pub fn is_full(&self) -> bool {
        EVIDENCE_ROWS_MAX <= self.rows.len() || EVIDENCE_ROWS_MAX <= self.asides.len()
    }

    /// From which line of the transcript on it counts.
    pub fn start_seq(&self) -> u64 {
        self.start_seq
    }

    /// The answers that were given, and whether they were right.
    pub fn answers(&self) -> impl Iterator<Item = (&str, bool)> {
        self.answers.iter().map(|(name, right)| (name.as_str(), *right))
    }

    /// Takes in what is new. When history was rewound (undo, seek, fork), what no longer happened
    /// is forgotten; the asides that did it stay.
    pub fn update(&mut self, session: &Session) {
        let transcript = session.world().transcript();
        self.rewind(transcript);
        for seq in self.waiting.clone() {
            if let Some(entry) = transcript.get(seq) {
                self.settle(entry);
            }
        }
        for entry in transcript.iter_from(self.next_seq) {
            self.add(entry);
        }
        self.next_seq = self.next_seq.max(transcript.next_seq());
        for aside in session.asides_from(self.next_aside) {
            self.add_aside(aside);
        }
        self.next_aside = session.next_aside_seq();
    }

    /// Notes the answer to a prediction. The first one counts.
    pub fn answer(&mut self, prediction: &str, right: bool) {
        self.answers.get_or_insert_with(prediction.to_owned(), || right);
    }

    /// How a prediction was answered: `Some(right)`, or `None` if it was not.
    pub fn answered(&self, prediction: &str) -> Option<bool> {
        self.answers.get(prediction).copied()
    }

    /// The rows that a pattern fits; without a client in the pattern only people's rows count.
    /// Lines come in their order, asides in theirs after them; [`Row::place`] relates both.
    pub fn matching<'a>(&'a self, pattern: &'a CommandPattern) -> impl Iterator<Item = &'a Row> {
        self.rows.iter().chain(&self.asides).filter(move |row| {
            let client = match &pattern.client {
                Some(client) => *client == row.who,
                None => row.human,
            };
            client
                && pattern.matches_words(&row.words)
                && pattern
                    .reply
                    .as_ref()
                    .is_none_or(|reply| reply.matches(row.reply.as_ref(), row.waited))
        })
    }

    /// The ids of entries of `key` in the replies to `client`, in the order in which they came,
    /// repetitions included.
    pub fn ids_seen(&self, client: &str, key: &str) -> Vec<StreamId> {
        let mut ids = Vec::new();
        for row in self.rows.iter().filter(|row| row.who == client) {
            let Some(name) = row.words.first() else { continue };
            let is = |command: &str| name.eq_ignore_ascii_case(command.as_bytes());
            let Some(reply) = &row.reply else { continue };
            if is("XREAD") || is("XREADGROUP") {
                ids_of_key(reply, key, &mut ids);
            } else if (is("XRANGE") || is("XREVRANGE"))
                && row.words.get(1).is_some_and(|word| word == key.as_bytes())
            {
                ids_in(reply, &mut ids);
            }
        }
        ids
    }

    /// The greatest number of entries of `key` in one XREADGROUP reply for `group`.
    pub fn bites(&self, key: &str, group: &str) -> usize {
        let of_group = |row: &&Row| match row.words.as_slice() {
            [name, word, of, ..] => {
                name.eq_ignore_ascii_case(b"XREADGROUP")
                    && word.eq_ignore_ascii_case(b"GROUP")
                    && of == group.as_bytes()
            }
            _ => false,
        };
        let sizes = self.rows.iter().filter(of_group).filter_map(|row| {
            let mut ids = Vec::new();
            ids_of_key(row.reply.as_ref()?, key, &mut ids);
            Some(ids.len())
        });
        sizes.max().unwrap_or(0)
    }

    fn rewind(&mut self, transcript: &Transcript) {
        if transcript.next_seq() < self.next_seq {
            self.next_seq = transcript.next_seq().max(self.start_seq);
        }
        // After a fork the numbers go on from where history was cut, so that the same number can
        // stand for another line.
        let changed = self.rows.iter().position(|row| {
            let seq = row.place.seq;
            let same = |entry: &TranscriptEntry| {
                *entry.who == *row.who && split(&entry.line).is_ok_and(|words| words == row.words)
            };
            self.next_seq <= seq
                || (transcript.first_seq() <= seq && !transcript.get(seq).is_some_and(same))
        });
        if let Some(idx) = changed {
            self.next_seq = self.rows[idx].place.seq.min(self.next_seq);
            self.rows.truncate(idx);
            let next_seq = self.next_seq;
            self.waiting.retain(|seq| *seq < next_seq);
        }
    }

    fn add(&mut self, entry: &TranscriptEntry) {
        let human = entry.from == Origin::Human;
        // Services may not crowd out what people did.
        let room = if human { EVIDENCE_ROWS_MAX } else { EVIDENCE_ROWS_MAX / 2 };
        let counts = human || entry.from == Origin::Service;
        if !counts || room <= self.rows.len() {
            return;
        }
        let Ok(words) = split(&entry.line) else { return };
        self.rows.push(Row {
            place: Place { seq: entry.seq, is_line: true, aside_seq: 0 },
            who: entry.who.to_string(),
            human,
            words,
            reply: None,
            waited: false,
        });
        self.settle(entry);
    }

    fn add_aside(&mut self, aside: &Aside) {
        if EVIDENCE_ROWS_MAX <= self.asides.len() {
            return;
        }
        let Ok(words) = split(&aside.line) else { return };
        let reply = match &aside.answer {
            Ok(text) => Value::Simple(text.as_bytes().to_vec()),
            Err(text) => Value::Error(text.as_bytes().to_vec()),
        };
        self.asides.push(Row {
            place: Place { seq: aside.before_seq, is_line: false, aside_seq: aside.seq },
            who: aside.who.to_string(),
            human: true,
            words,
            reply: Some(reply),
            waited: false,
        });
    }

    fn settle(&mut self, entry: &TranscriptEntry) {
        let Ok(idx) = self.rows.binary_search_by_key(&entry.seq, |row| row.place.seq) else {
            return;
        };
        let row = &mut self.rows[idx];
        match &entry.state {
            EntryState::Waiting => {
                row.waited = true;
                self.waiting.insert(entry.seq);
                return;
            }
            EntryState::Replied { reply, at } => {
                row.waited |= entry.at < *at;
                row.reply = decode(reply).ok().map(|(value, _)| value);
            }
            EntryState::Note(text) => row.reply = Some(Value::Simple(text.as_bytes().to_vec())),
        }
        self.waiting.remove(&entry.seq);
    }
}

/// The ids in the part of an XREAD reply that belongs to `key`.
fn ids_of_key(reply: &Value, key: &str, ids: &mut Vec<StreamId>) {
    let of_key = |name: &Value| matches!(name, Value::Bulk(name) if name == key.as_bytes());
    match reply {
        Value::Array(streams) => {
            for stream in streams {
                if let Value::Array(pair) = stream
                    && let [name, entries] = pair.as_slice()
                    && of_key(name)
                {
                    ids_in(entries, ids);
                }
            }
        }
        Value::Map(streams) => {
            for (_, entries) in streams.iter().filter(|(name, _)| of_key(name)) {
                ids_in(entries, ids);
            }
        }
        _ => {}
    }
}

/// The ids of a list of entries.
fn ids_in(entries: &Value, ids: &mut Vec<StreamId>) {
    let Value::Array(entries) = entries else { return };
    for entry in entries {
        if let Value::Array(parts) = entry
            && let Some(Value::Bulk(text)) = parts.first()
            && looks_like_id(text)
            && let Some(id) = id_of(text)
        {
            ids.push(id);
        }
    }
}

fn id_of(text: &[u8]) -> Option<StreamId> {
    let (ms, seq) = std::str::from_utf8(text).ok()?.split_once('-')?;
    Some(StreamId::new(ms.parse().ok()?, seq.parse().ok()?))
}
