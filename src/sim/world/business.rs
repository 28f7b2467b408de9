//! What the engine's events mean for the business.

use super::World;
use crate::engine::event::Name;
use crate::engine::{Event, EventKind, PendingLoss, StreamId};
use crate::sim::event::WorldEventKind;
use crate::sim::ledger::LossReason;

impl World {
    /// Tells the ledger what happened to a key. What services ack is their own affair: they say
    /// themselves what they lose.
    pub(super) fn account(&mut self, event: &Event, by_service: bool) {
        if event.db != 0 {
            return;
        }
        let stream = &event.key;
        match &event.kind {
            EventKind::Added { id } => self.ledger.added(stream, *id),
            EventKind::GroupCreated { group, last_delivered_id } => {
                self.ledger.begins(stream, group, Some(*last_delivered_id));
            }
            EventKind::GroupDestroyed { group, .. } => self.ledger.begins(stream, group, None),
            EventKind::Acked { group, id, .. } if !by_service => {
                self.lose(stream, group, *id, LossReason::AckedByHand);
            }
            EventKind::PendingLost { why: PendingLoss::EntryGone, .. } => {}
            EventKind::PendingLost { group, id, .. } => {
                self.lose(stream, group, *id, LossReason::PendingDeleted);
            }
            EventKind::Deleted { id } => self.lose_range(stream, *id, *id),
            EventKind::Trimmed { first, last, .. } => self.lose_range(stream, *first, *last),
            EventKind::KeyDeleted | EventKind::KeyExpired => {
                self.lose_range(stream, StreamId::MIN, StreamId::MAX);
                self.ledger.deleted(stream);
            }
            _ => {}
        }
    }

    fn lose_range(&mut self, stream: &Name, first: StreamId, last: StreamId) {
        for group in self.ledger.groups_of(stream) {
            for entry in self.ledger.owed(stream, &group, first, last) {
                self.lose(stream, &group, entry, LossReason::Trimmed);
            }
        }
    }

    pub(super) fn lose(&mut self, stream: &Name, group: &Name, entry: StreamId, why: LossReason) {
        if let Some(loss) = self.ledger.lose(self.now, stream, group, entry, why) {
            self.emit(WorldEventKind::Loss(loss));
        }
    }

    /// Learns the business key of what an XADD appended: the value of its first field.
    pub(super) fn learn_key(&mut self, event: &Event, words: &[&[u8]]) {
        let EventKind::Added { id } = &event.kind else { return };
        let is_xadd = words.first().is_some_and(|word| word.eq_ignore_ascii_case(b"XADD"));
        if is_xadd
            && event.db == 0
            && let Some(key) = first_value(words)
        {
            self.ledger.named(&event.key, *id, key.into());
        }
    }
}

/// The value of the first field in the words of an XADD that succeeded.
fn first_value<'a>(words: &[&'a [u8]]) -> Option<&'a [u8]> {
    let mut at = 2;
    loop {
        let word = words.get(at)?;
        let is_one_of =
            |names: &[&str]| names.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes()));
        // Most have no option: the id comes at once.
        at += match word.first() {
            Some(b'*' | b'0'..=b'9') => return words.get(at + 2).copied(),
            _ if is_one_of(&["NOMKSTREAM", "KEEPREF", "DELREF", "ACKED"]) => 1,
            _ if is_one_of(&["MAXLEN", "MINID"]) => {
                let is_exactness = matches!(words.get(at + 1)?, [b'~' | b'=']);
                2 + usize::from(is_exactness)
            }
            _ if is_one_of(&["LIMIT", "IDMPAUTO"]) => 2,
            _ if is_one_of(&["IDMP"]) => 3,
            _ => return words.get(at + 2).copied(),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::line::split;

    #[test]
    fn the_first_value_is_found_behind_any_options() {
        for line in [
            "XADD s * order 7",
            "XADD s NOMKSTREAM MAXLEN ~ 10 LIMIT 5 5-* order 7 a b",
            "xadd s maxlen = 10 acked idmp p i * order 7",
            "XADD s MINID 5 IDMPAUTO p * order 7",
        ] {
            let words = split(line).unwrap();
            let words: Vec<_> = words.iter().map(Vec::as_slice).collect();
            assert_eq!(first_value(&words), Some(&b"7"[..]), "{line}");
        }
        assert_eq!(first_value(&[b"XADD", b"s", b"MAXLEN"]), None);
    }
}
