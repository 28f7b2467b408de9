//! What was said to the server and what it answered, by everybody, in order.

use std::rc::Rc;

use super::line::Line;
use super::shared_log::SharedLog;
use crate::limits::{TRANSCRIPT_BYTES_MAX, TRANSCRIPT_LINES_MAX};
use crate::time::Millis;

/// Who wrote a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// A person at a console, or a button that printed its command.
    Human,
    /// A simulated service.
    Service,
    /// The scenario file.
    Scenario,
    /// The server, unasked: a published message, MONITOR's lines. The line is empty.
    Server,
}

/// One line and what became of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TranscriptEntry {
    /// Numbered from 0 in the order in which the lines reached the world.
    pub seq: u64,
    /// When it was sent, in virtual time.
    pub at: Millis,
    /// The client that sent it.
    pub who: Rc<str>,
    /// The line as typed; a service's line is quoted so that it could be typed.
    pub line: Line,
    /// What became of it.
    pub state: EntryState,
    /// Who wrote it.
    pub from: Origin,
}

/// What became of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EntryState {
    /// The client waits: the command blocks, or stands behind one that does.
    Waiting,
    /// The reply, as the bytes on the wire (RESP2, or RESP3 after HELLO 3), and when it came.
    /// A control line that was refused has an error reply as well (`-ERR …`).
    Replied { reply: Vec<u8>, at: Millis },
    /// What a control line (SIM, CLOCK …) says for an answer, or why there will be no reply.
    Note(Rc<str>),
}

/// The lines, oldest first; the oldest are forgotten at the limits of `limits.rs`.
#[derive(Clone, Default, Debug)]
pub struct Transcript {
    entries: SharedLog<TranscriptEntry>,
    n_bytes: usize,
}

impl Transcript {
    /// Appends a line that has no reply yet and returns its number.
    pub(super) fn push(&mut self, at: Millis, who: Rc<str>, line: Line, from: Origin) -> u64 {
        let seq = self.entries.next_seq();
        self.n_bytes += line.bytes().len();
        let state = EntryState::Waiting;
        self.entries.push(TranscriptEntry { seq, at, who, line, state, from });
        self.forget();
        seq
    }

    /// Says what became of a line (nothing, if the line was forgotten meanwhile).
    pub(super) fn settle(&mut self, seq: u64, state: EntryState) {
        let n_more = state_bytes(&state);
        if let Some(entry) = self.entries.get_mut(seq) {
            self.n_bytes = self.n_bytes + n_more - state_bytes(&entry.state);
            entry.state = state;
        }
        self.forget();
    }

    /// The entry with a number, unless it was forgotten or does not exist.
    pub fn get(&self, seq: u64) -> Option<&TranscriptEntry> {
        self.entries.get(seq)
    }

    /// The entries that are kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &TranscriptEntry> {
        self.entries.iter()
    }

    /// The entries numbered `seq` and above.
    pub fn iter_from(&self, seq: u64) -> impl Iterator<Item = &TranscriptEntry> {
        self.entries.iter_from(seq)
    }

    /// The number of the oldest entry that is kept: above 0 when lines were forgotten.
    pub fn first_seq(&self) -> u64 {
        self.entries.first_seq()
    }

    /// The number that the next line will get.
    pub fn next_seq(&self) -> u64 {
        self.entries.next_seq()
    }

    /// How many entries are kept.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no entry is kept.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn forget(&mut self) {
        let n_max = if self.n_bytes <= TRANSCRIPT_BYTES_MAX { TRANSCRIPT_LINES_MAX } else { 1 };
        let Some(forgotten) = self.entries.forget_to(n_max) else { return };
        for entry in forgotten.iter() {
            self.n_bytes -= entry.line.bytes().len() + state_bytes(&entry.state);
        }
    }
}

fn state_bytes(state: &EntryState) -> usize {
    match state {
        EntryState::Waiting => 0,
        EntryState::Replied { reply, .. } => reply.len(),
        EntryState::Note(text) => text.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(transcript: &mut Transcript, line: &str) -> u64 {
        transcript.push(0, "you".into(), line.into(), Origin::Human)
    }

    #[test]
    fn forgets_the_oldest_lines_and_ignores_their_late_replies() {
        let mut transcript = Transcript::default();
        for _ in 0..TRANSCRIPT_LINES_MAX + 1_000 {
            push(&mut transcript, "PING");
        }
        assert!(transcript.len() <= TRANSCRIPT_LINES_MAX + 64);
        assert!(0 < transcript.first_seq());
        transcript.settle(0, EntryState::Note("too late".into()));
        assert_eq!(transcript.get(0), None);
        assert_eq!(transcript.next_seq(), TRANSCRIPT_LINES_MAX as u64 + 1_000);
    }

    #[test]
    fn forgets_by_size_too() {
        let mut transcript = Transcript::default();
        for _ in 0..1_000 {
            let seq = push(&mut transcript, "XRANGE big - +");
            let reply = vec![b'x'; TRANSCRIPT_BYTES_MAX / 200];
            transcript.settle(seq, EntryState::Replied { reply, at: 0 });
        }
        assert!(transcript.len() < 400);
        assert!(transcript.n_bytes <= TRANSCRIPT_BYTES_MAX + TRANSCRIPT_BYTES_MAX / 2);
    }
}
