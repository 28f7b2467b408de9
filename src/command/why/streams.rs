//! Surprises with the log itself: XADD, XTRIM, XLEN, XRANGE, XREAD, XDEL and their relatives.

use super::{Case, Reason, name, word_at};
use crate::command::Args;
use crate::command::id_text;
use crate::command::stream::read_options::{ReadOptions, Reader};
use crate::command::stream::{xadd, xtrim};
use crate::engine::{NewId, RefPolicy, Stream, StreamId, Trim, TrimBy};
use crate::resp::Value;

/// Why, if the command is one of these.
pub(super) fn reason(case: &Case<'_>) -> Option<Reason> {
    match case.spec.name {
        "XADD" => case.of_xadd(),
        "XTRIM" => case.of_xtrim(),
        "XLEN" => case.int().filter(|&n| n == 0).and_then(|_| case.of_nothing()),
        "XRANGE" | "XREVRANGE" => case.of_xrange(),
        "XREAD" => case.of_xread(),
        "XDEL" => case.of_xdel(),
        "XDELEX" => case.of_outcomes(false),
        "XACKDEL" => case.of_outcomes(true),
        "XCFGSET" => case.is_ok().then_some(Reason::IdmpForgotten),
        _ => None,
    }
}

impl Case<'_> {
    fn of_xadd(&self) -> Option<Reason> {
        let mut args = Args::at(self.words, 2);
        let add = match xadd::parse(&mut args, self.profile, self.node_entries_max) {
            Ok(add) => add,
            Err(_) if self.error_has("greater than 0-0") => return Some(Reason::ZeroId),
            Err(error) => {
                let word = word_at(self.words, &error)?;
                let is_option = word.first().is_some_and(u8::is_ascii_alphabetic);
                let taken = is_option && self.error_has("Invalid stream ID");
                return taken.then(|| Reason::TakenForId { word: name(word) });
            }
        };
        if self.is_nil() && add.no_make {
            return Some(Reason::NotMade { key: name(self.word(1)) });
        }
        let stream = self.stream(1)?;
        if self.error_has("equal or smaller") {
            return Some(Reason::NotGreater { last: stream.last_id() });
        }
        if self.error_has("exhausted") {
            return Some(Reason::Exhausted);
        }
        let Value::Bulk(id) = self.reply else { return None };
        let id = id_text::strict(id).ok()?;
        if add.idempotency.is_some() && (id < stream.last_id() || id.ms < self.now) {
            return Some(Reason::Deduplicated { id });
        }
        if add.id == NewId::Auto && self.now < id.ms {
            return Some(Reason::IdAheadOfClock { id, now: self.now });
        }
        let trim = add.trim?;
        of_trimmed_less(stream, &trim, self.node_entries_max)
    }

    #[inline(never)]
    fn of_xtrim(&self) -> Option<Reason> {
        self.int().filter(|&n| n == 0)?;
        let mut args = Args::at(self.words, 2);
        let trim = xtrim::parse(&mut args, self.profile, self.node_entries_max).ok()?;
        let Some(stream) = self.stream(1) else { return self.of_nothing() };
        let less = of_trimmed_less(stream, &trim, self.node_entries_max);
        less.or_else(|| Some(Reason::NothingToTrim { len: stream.len() }))
    }

    /// There is no entry at all: no key, or an empty stream.
    fn of_nothing(&self) -> Option<Reason> {
        match self.stream(1) {
            None => Some(Reason::NoKey { key: name(self.word(1)) }),
            Some(stream) if stream.is_empty() => {
                Some(Reason::EmptyStream { last: stream.last_id() })
            }
            Some(_) => None,
        }
    }

    fn of_xrange(&self) -> Option<Reason> {
        if self.is_nil() {
            return Some(Reason::CountZero);
        }
        self.items().filter(|items| items.is_empty())?;
        if let Some(reason) = self.of_nothing() {
            return Some(reason);
        }
        let (start, end) = match self.spec.name {
            "XRANGE" => (self.word(2), self.word(3)),
            _ => (self.word(3), self.word(2)),
        };
        let (start, end) = (id_text::range_start(start).ok()?, id_text::range_end(end).ok()?);
        if end < start {
            return Some(Reason::RangeReversed);
        }
        let stream = self.stream(1)?;
        Some(Reason::RangeEmpty { first: stream.first_id(), last: stream.last_live_id() })
    }

    fn of_xread(&self) -> Option<Reason> {
        if self.error_has("The > ID") {
            return Some(Reason::GreaterNeedsGroup);
        }
        let mut args = Args::new(self.words);
        let options = ReadOptions::parse(&mut args, Reader::Plain, self.profile, self.now).ok()?;
        let ids = || (0..options.n_keys).map(|n| options.id(&args, n));
        if !self.is_nil() {
            let asks_for_more = options.count.is_none_or(|count| 1 < count);
            return (asks_for_more && ids().any(|id| id == b"+"))
                .then_some(Reason::PlusIsLastEntry);
        }
        if options.block.is_some() {
            return Some(Reason::BlockTimedOut);
        }
        if ids().all(|id| id == b"$") {
            return Some(Reason::DollarWithoutBlock);
        }
        let streams = (0..options.n_keys).map(|n| self.stream(options.first_key_idx + n));
        match streams.flatten().next() {
            Some(stream) => Some(Reason::NothingNewer { last: stream.last_live_id() }),
            None => Some(Reason::NoKey { key: name(options.key(&args, 0)) }),
        }
    }

    #[inline(never)]
    fn of_xdel(&self) -> Option<Reason> {
        let n_deleted = self.int()?;
        let mut ids = self.words.iter().skip(2).filter_map(|word| id_text::strict(word).ok());
        let Some(stream) = self.stream(1) else {
            return Some(Reason::NoKey { key: name(self.word(1)) });
        };
        if n_deleted == 0 {
            let id = ids.next()?;
            return Some(Reason::NothingDeleted { id, last: stream.last_id() });
        }
        ids.find_map(|id| {
            let holders = stream.groups().filter(|group| group.pending(id).is_some());
            let groups: Vec<_> = holders.map(|group| name(group.name())).collect();
            let groups = groups.join(", ");
            (!groups.is_empty()).then_some(Reason::DanglingPending { id, groups })
        })
    }

    #[inline(never)]
    fn of_outcomes(&self, acks: bool) -> Option<Reason> {
        let items = self.items()?;
        if items.contains(&Value::Int(2)) {
            return Some(Reason::StillReferenced);
        }
        items.contains(&Value::Int(-1)).then_some(Reason::MinusOne { acks })
    }
}

/// Why there is still more than the threshold allows.
#[inline(never)]
fn of_trimmed_less(stream: &Stream, trim: &Trim, node_entries_max: i64) -> Option<Reason> {
    let len = stream.len();
    let is_beyond = match trim.by {
        TrimBy::MaxLen(max_len) => max_len < len,
        TrimBy::MinId(min_id) => stream.first_id() != StreamId::MIN && stream.first_id() < min_id,
    };
    if !is_beyond {
        return None;
    }
    let n_first = stream.nodes().next().map_or(0, |node| u64::from(node.n_live));
    if trim.refs == RefPolicy::Acked {
        return Some(Reason::KeptForGroups { len });
    }
    // Without LIMIT there is one as well, but it is never smaller than a node.
    let has_small_limit = trim.limit != 0 && trim.limit < n_first && 0 < node_entries_max;
    if has_small_limit {
        return Some(Reason::LimitTooSmall { limit: trim.limit, n_first });
    }
    trim.approx.then_some(Reason::NoWholeNode { len, n_first })
}
