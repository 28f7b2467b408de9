//! "Why?" under a reply: what changed in the state, a sentence where the answer surprises, and the
//! word at fault.

use crate::command::hint;
use crate::command::tokenize::redis_tokens;
use crate::command::why::why;
use crate::engine::Event;
use crate::limits::{EXPLAINED_CHANGES_MAX, EXPLAINED_LINES_MAX};
use crate::resp::{Value, decode};
use crate::sim::{EntryState, Session, WorldEvent, WorldEventKind};
use crate::sorted::SortedMap;
use crate::time::Millis;
use crate::view::console::reading::{Role, read};
use crate::view::text;

/// What is known about one reply.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Explanation {
    /// A sentence, if the answer needs one.
    pub why: Option<String>,
    /// The word at fault, if the server knows it.
    pub fault_word_idx: Option<usize>,
    /// What changed while the command ran.
    pub changes: Vec<Event>,
    /// Further changes, which are only counted.
    pub n_more_changes: usize,
    /// The changes were watched; else the line was replayed before anybody looked.
    pub was_watched: bool,
}

/// Sentences that are shown for one line.
const SENTENCES_MAX: usize = 8;

impl Explanation {
    /// What changed, as sentences.
    pub fn sentences(&self) -> Vec<String> {
        match (self.changes.is_empty(), self.was_watched) {
            (true, true) => vec![text::NOTHING_CHANGED.to_owned()],
            (true, false) => Vec::new(),
            (false, _) => {
                let mut sentences = text::events::summary(&self.changes, SENTENCES_MAX);
                let n_more = self.n_more_changes;
                sentences.extend((0 < n_more).then(|| text::changes_cut(n_more)));
                sentences
            }
        }
    }
}

/// Why line `seq` got the answer that it just got, and the word at fault. Asked at once, while the
/// server still is as the command left it.
pub fn of_line(session: &Session, seq: u64) -> Explanation {
    let world = session.world();
    let mut explanation = Explanation { was_watched: true, ..Explanation::default() };
    let Some(entry) = world.transcript().get(seq) else { return explanation };
    let EntryState::Replied { reply, .. } = &entry.state else { return explanation };
    let (Ok((value, _)), Ok(tokens)) = (decode(reply), redis_tokens(entry.line.as_bytes())) else {
        return explanation;
    };
    let words: Vec<&[u8]> = tokens.iter().map(|token| token.value.as_slice()).collect();
    let server = world.server();
    let client = world.clients().find(|client| client.name == entry.who);
    let client = client.and_then(|client| client.id);
    let reason = client.and_then(|client| why(&words, &value, server, client, world.server_now()));
    let unknown =
        || is_error(&value).then(|| hint::for_unknown(server.profile(), &words)).flatten();
    explanation.why = match reason {
        Some(reason) => Some(text::why(&reason)),
        None => unknown().map(|hint| text::hint(&hint)),
    };
    if let Value::Error(error) = &value {
        let known = server.fault_word_idx();
        explanation.fault_word_idx = fault(session, &entry.line, error, &words).or(known);
    }
    explanation
}

/// The word at fault where the server does not say it, or says it less well: the group when there
/// is a stream of that name, the last word when there are too few.
fn fault(session: &Session, line: &str, error: &[u8], words: &[&[u8]]) -> Option<usize> {
    if error.starts_with(b"ERR wrong number of arguments") {
        return words.len().checked_sub(1);
    }
    if !error.starts_with(b"NOGROUP") {
        return None;
    }
    let (world, reading) = (session.world(), read(line, session.profile()));
    let key = reading.first_of(Role::Key)?;
    world.server().store().stream(0, key).ok().flatten()?;
    (0..words.len()).find(|idx| reading.role(*idx) == Role::Group)
}

fn is_error(value: &Value) -> bool {
    matches!(value, Value::Error(_))
}

/// The explanations of the newest lines.
#[derive(Clone, Debug, Default)]
pub struct Explanations {
    by_seq: SortedMap<u64, Explanation>,
    /// The line that was sent last, and when.
    last_sent: Option<(u64, Millis)>,
}

impl Explanations {
    /// What is known about a line.
    pub fn get(&self, seq: u64) -> Option<&Explanation> {
        self.by_seq.get(&seq)
    }

    /// Another world: all that was known is about lines that are no more.
    pub fn clear(&mut self) {
        *self = Explanations::default();
    }

    /// Adds what is known about a line right after it ran.
    pub fn add(&mut self, seq: u64, explanation: Explanation) {
        let known = self.by_seq.get_or_insert_with(seq, Explanation::default);
        let (changes, n_more_changes) = (std::mem::take(&mut known.changes), known.n_more_changes);
        *known = Explanation { changes, n_more_changes, ..explanation };
        while EXPLAINED_LINES_MAX < self.by_seq.len() {
            self.by_seq.pop_first();
        }
    }

    /// Takes note of an event: what changes at the very time of the line that was sent last is its
    /// doing.
    pub fn follow(&mut self, event: &WorldEvent) {
        match &event.kind {
            WorldEventKind::Sent { seq } => self.last_sent = Some((*seq, event.at)),
            WorldEventKind::Engine(change) => {
                let Some((seq, at)) = self.last_sent else { return };
                let known = self.by_seq.get_mut(&seq).filter(|_| at == event.at);
                let Some(known) = known else { return };
                if known.changes.len() < EXPLAINED_CHANGES_MAX {
                    known.changes.push(change.clone());
                } else {
                    known.n_more_changes += 1;
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Profile;
    use crate::sim::{Scenario, Submitted};

    /// Runs lines and returns what is known about the last one.
    fn explained(lines: &[&str]) -> Explanation {
        let mut session = Session::new(Scenario::empty(), 1, Profile::Redis86);
        let mut explanations = Explanations::default();
        let mut last = 0;
        while session.poll_event().is_some() {}
        for line in lines {
            let Submitted::Applied { seq } = session.submit("you", line) else { panic!("{line}") };
            explanations.add(seq, of_line(&session, seq));
            while let Some(event) = session.poll_event() {
                explanations.follow(&event);
            }
            last = seq;
        }
        explanations.get(last).cloned().unwrap()
    }

    #[test]
    fn a_line_knows_what_it_changed_and_only_that() {
        let lines = ["XADD a 1-1 f v", "XADD a 1-2 f v", "XLEN a"];
        assert_eq!(explained(&lines).sentences(), ["Nothing changed."]);
        let sentences = explained(&lines[..2]).sentences();
        assert_eq!(sentences, ["a: entry 1-2 was added."]);
    }

    #[test]
    fn what_is_not_told_is_counted() {
        let n = EXPLAINED_CHANGES_MAX + 30;
        let read = format!("XREADGROUP GROUP g c COUNT {n} STREAMS s >");
        let mut lines = vec!["XADD s * f v"; n];
        lines.extend(["XGROUP CREATE s g 0", "XGROUP CREATECONSUMER s g c", &read]);
        let explanation = explained(&lines);
        assert_eq!(explanation.changes.len(), EXPLAINED_CHANGES_MAX);
        let said = explanation.sentences();
        let last = said.last().unwrap();
        assert!(last.contains("the first 200 changes are told, 30 further"), "{said:?}");
    }

    #[test]
    fn the_oldest_explanations_are_forgotten() {
        let mut explanations = Explanations::default();
        for seq in 0..EXPLAINED_LINES_MAX as u64 + 1 {
            explanations.add(seq, Explanation::default());
        }
        assert_eq!(explanations.get(0), None);
        assert!(explanations.get(1).is_some());
    }

    #[test]
    fn surprises_are_explained_and_the_word_at_fault_is_known() {
        let add = "XADD a 1-1 f v";
        let group = "XGROUP CREATE a g $";
        let nil = explained(&[add, group, "XREADGROUP GROUP g c STREAMS a >"]);
        assert!(nil.why.is_some());
        let fault = explained(&[add, "XRANGE a - x"]);
        assert_eq!(fault.fault_word_idx, Some(3));
        let no_group = explained(&[add, "XREADGROUP GROUP h c STREAMS a >"]);
        assert_eq!(no_group.fault_word_idx, Some(2));
        let no_key = explained(&["XREADGROUP GROUP h c STREAMS a >"]);
        assert_eq!(no_key.fault_word_idx, Some(5));
        assert_eq!(explained(&["XADD a * f"]).fault_word_idx, Some(3));
        assert!(explained(&["XAD a 1-1 f v"]).why.is_some());
        assert_eq!(explained(&[add]).why, None);
    }
}
