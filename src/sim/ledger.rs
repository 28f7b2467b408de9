//! What the business saw: every charge, mail and parcel, whatever Redis thinks happened.
//!
//! At-least-once delivery becomes visible here: an effect that happened twice for one business key
//! is a duplicate, an entry that can no longer have its effect is a loss. The ledger knows which
//! effect a stream owes to which group from the services that were added.

mod counts;
mod duties;

use std::rc::Rc;

use self::counts::Counts;
use self::duties::Duties;
use super::fingerprint::Fingerprint;
use super::shared_log::SharedLog;
use crate::engine::StreamId;
use crate::engine::event::Name;
use crate::limits::LEDGER_LINES_MAX;
use crate::time::Millis;

/// One effect outside Redis.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Effect {
    /// Numbered from 0.
    pub seq: u64,
    /// When, in virtual time.
    pub at: Millis,
    /// What was done: `charged`, `mailed`, `shipped` …
    pub what: Rc<str>,
    /// The stream of the entry.
    pub stream: Name,
    /// The entry that asked for it.
    pub entry: StreamId,
    /// The business key (an order number): the value of the entry's key field.
    pub key: Name,
    /// The service that did it.
    pub who: Rc<str>,
    /// How many times this was done to this business key by now; above 1: a duplicate.
    pub n_times: u32,
    /// The receiver recognised the repetition (an idempotent handler) and did nothing.
    pub suppressed: bool,
}

impl Effect {
    /// Whether the customer felt this one too often.
    pub fn is_duplicate(&self) -> bool {
        1 < self.n_times && !self.suppressed
    }
}

/// Something that should have had an effect and no longer will.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loss {
    /// Numbered from 0.
    pub seq: u64,
    /// When it became certain, in virtual time.
    pub at: Millis,
    /// What will not be done.
    pub what: Rc<str>,
    /// The stream of the entry.
    pub stream: Name,
    /// The entry.
    pub entry: StreamId,
    /// The business key; empty if it was never seen.
    pub key: Name,
    /// Why.
    pub why: LossReason,
    /// Something (a replay by SETID, a copy in memory) had the effect after all.
    pub recovered: bool,
}

/// Why an effect will not happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LossReason {
    /// It was acked, or read with NOACK, and then the service crashed before the effect.
    AckedTooEarly,
    /// Somebody acked it who is no service, and no effect was seen.
    AckedByHand,
    /// It was trimmed or deleted before the service had done it.
    Trimmed,
    /// Its pending entry went away with a consumer or a group.
    PendingDeleted,
    /// The handler failed and nobody will try again (ACK BEFORE, NOACK, ON-ERROR ACK).
    Failed,
}

/// A limit beyond which the ledger no longer tells everything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    /// Effects and losses: [`LEDGER_LINES_MAX`].
    Lines,
    /// Entries of a stream: [`crate::limits::LEDGER_ENTRIES_MAX`].
    Entries,
    /// Groups of a stream: [`crate::limits::LEDGER_GROUPS_MAX`].
    Groups,
    /// Streams: [`crate::limits::LEDGER_STREAMS_MAX`].
    Streams,
    /// Business keys: [`crate::limits::LEDGER_KEYS_MAX`].
    Keys,
}

/// What an effect is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    pub(super) what: &'a Rc<str>,
    pub(super) stream: &'a Name,
    pub(super) group: Option<&'a Name>,
    pub(super) entry: StreamId,
    pub(super) key: &'a Name,
}

/// All effects and losses; the oldest are forgotten at the limits, the counters are not.
#[derive(Clone, Default, Debug)]
pub struct Ledger {
    effects: SharedLog<Effect>,
    losses: SharedLog<Loss>,
    counts: Counts,
    duties: Duties,
    n_duplicates: u64,
    n_suppressed: u64,
    n_recovered: u64,
}

impl Ledger {
    /// The effects that are kept, oldest first.
    pub fn effects(&self) -> impl DoubleEndedIterator<Item = &Effect> {
        self.effects.iter()
    }

    /// The losses that are kept, oldest first (also those that were recovered).
    pub fn losses(&self) -> impl DoubleEndedIterator<Item = &Loss> {
        self.losses.iter()
    }

    /// The limits that were met so far.
    pub fn bounds_met(&self) -> impl Iterator<Item = Bound> {
        let lines = self.effects.first_seq() != 0 || self.losses.first_seq() != 0;
        let met = self.duties.met();
        let all = [
            (Bound::Lines, lines),
            (Bound::Entries, met.entries),
            (Bound::Groups, met.groups),
            (Bound::Streams, met.streams),
            (Bound::Keys, self.counts.is_full()),
        ];
        all.into_iter().filter(|(_, is_met)| *is_met).map(|(bound, _)| bound)
    }

    /// How many effects there ever were.
    pub fn n_effects(&self) -> u64 {
        self.effects.next_seq()
    }

    /// How many effects the customer felt too often.
    pub fn n_duplicates(&self) -> u64 {
        self.n_duplicates
    }

    /// How many repetitions an idempotent handler made harmless.
    pub fn n_suppressed(&self) -> u64 {
        self.n_suppressed
    }

    /// How many losses stand (were not recovered).
    pub fn n_lost(&self) -> u64 {
        self.losses.next_seq() - self.n_recovered
    }

    /// How many times something was done to a business key, repetitions made harmless included.
    pub fn n_times(&self, what: &str, key: &[u8]) -> u32 {
        self.counts.get(what, key)
    }

    /// A group of a stream owes an effect for each entry that it is to read.
    pub(super) fn expect(&mut self, stream: &Name, group: &Name, what: &Rc<str>) {
        self.duties.expect(stream, group, what);
    }

    /// An effect happened.
    pub(super) fn record(
        &mut self,
        at: Millis,
        who: &Rc<str>,
        subject: Subject<'_>,
        idempotent: bool,
    ) -> Effect {
        let n_times = self.counts.add(subject.what, subject.key);
        let suppressed = idempotent && 1 < n_times;
        self.n_suppressed += u64::from(suppressed);
        self.n_duplicates += u64::from(1 < n_times && !suppressed);
        let effect = Effect {
            seq: self.effects.next_seq(),
            at,
            what: Rc::clone(subject.what),
            stream: subject.stream.clone(),
            entry: subject.entry,
            key: subject.key.clone(),
            who: Rc::clone(who),
            n_times,
            suppressed,
        };
        self.effects.push(effect.clone());
        while self.effects.forget_to(LEDGER_LINES_MAX).is_some() {}
        self.settle(subject.stream, subject.group, subject.entry);
        effect
    }

    /// An entry needs no more of a group; a loss that was noted is none after all.
    pub(super) fn settle(&mut self, stream: &Name, group: Option<&Name>, entry: StreamId) {
        let Some(group) = group else { return };
        let Some(what) = self.duties.settle(stream, group, entry) else { return };
        self.n_recovered += 1;
        // A loss whose line was forgotten has recovered all the same.
        let is_it =
            |loss: &&Loss| loss.entry == entry && loss.what == what && loss.stream == *stream;
        let seq = self.losses.iter().rev().find(is_it).map(|loss| loss.seq);
        if let Some(loss) = seq.and_then(|seq| self.losses.get_mut(seq)) {
            loss.recovered = true;
        }
    }

    /// An entry will not have its effect. `None` if it had it, or the loss is known.
    pub(super) fn lose(
        &mut self,
        at: Millis,
        stream: &Name,
        group: &Name,
        entry: StreamId,
        why: LossReason,
    ) -> Option<Loss> {
        let seq = self.losses.next_seq();
        let (what, key) = self.duties.lose(stream, group, entry)?;
        let stream = stream.clone();
        let loss = Loss { seq, at, what, stream, entry, key, why, recovered: false };
        self.losses.push(loss.clone());
        while self.losses.forget_to(LEDGER_LINES_MAX).is_some() {}
        Some(loss)
    }

    /// The groups that owe an effect for the entries of a stream.
    pub(super) fn groups_of(&self, stream: &Name) -> Vec<Name> {
        self.duties.groups_of(stream)
    }

    /// An entry was appended; its business key is not known yet.
    pub(super) fn added(&mut self, stream: &Name, entry: StreamId) {
        self.duties.added(stream, entry);
    }

    /// The business key of an entry became known.
    pub(super) fn named(&mut self, stream: &[u8], entry: StreamId, key: Name) {
        self.duties.named(stream, entry, key);
    }

    /// A group begins behind an entry: it owes nothing for what is older. `None`: it is gone.
    pub(super) fn begins(&mut self, stream: &Name, group: &Name, after: Option<StreamId>) {
        self.duties.begins(stream, group, after);
    }

    /// A stream is gone, and with it its groups.
    pub(super) fn deleted(&mut self, stream: &Name) {
        self.duties.deleted(stream);
    }

    /// The entries in a range that a group still owes an effect for.
    pub(super) fn owed(
        &self,
        stream: &Name,
        group: &Name,
        first: StreamId,
        last: StreamId,
    ) -> Vec<StreamId> {
        self.duties.owed(stream, group, first, last)
    }

    /// Folds the counters into a fingerprint; the lines themselves follow from the commands.
    pub(super) fn fold(&self, fingerprint: &mut Fingerprint) {
        for n in [self.n_effects(), self.n_duplicates, self.n_suppressed, self.n_recovered] {
            fingerprint.number(n);
        }
        fingerprint.number(self.losses.next_seq());
        for effect in self.effects.last().into_iter() {
            fingerprint.number(effect.at);
            fingerprint.bytes(&effect.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_lines_go_and_the_counters_stay() {
        let (stream, group) = (Name::from(&b"s"[..]), Name::from(&b"g"[..]));
        let (what, who) = (Rc::from("charged"), Rc::from("billing"));
        let mut ledger = Ledger::default();
        ledger.expect(&stream, &group, &what);
        ledger.begins(&stream, &group, Some(StreamId::MIN));
        let n = LEDGER_LINES_MAX as u64 + 1_000;
        for ms in 1..=n {
            let (entry, key) = (StreamId::new(ms, 0), ms.to_string().into_bytes().into());
            ledger.added(&stream, entry);
            assert!(ledger.lose(ms, &stream, &group, entry, LossReason::Trimmed).is_some());
            let subject =
                Subject { what: &what, stream: &stream, group: Some(&group), entry, key: &key };
            ledger.record(ms, &who, subject, false);
        }
        assert_eq!((ledger.n_effects(), ledger.n_lost(), ledger.n_duplicates()), (n, 0, 0));
        for n_kept in [ledger.effects().count(), ledger.losses().count()] {
            assert!((LEDGER_LINES_MAX..LEDGER_LINES_MAX + 64).contains(&n_kept), "{n_kept}");
        }
        assert_eq!(ledger.effects().last().map(|effect| effect.seq), Some(n - 1));
        assert_eq!(ledger.n_times("charged", b"1"), 1);
        assert_eq!(ledger.bounds_met().collect::<Vec<_>>(), [Bound::Lines]);
    }
}
