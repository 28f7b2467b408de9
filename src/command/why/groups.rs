//! Surprises with consumer groups: who got what, who still has it, who can take it over.

use super::{Case, Reason, name};
use crate::command::Args;
use crate::command::args::strict_i64;
use crate::command::id_text;
use crate::command::stream::read_options::{ReadOptions, Reader};
use crate::engine::{Group, Stream};
use crate::resp::Value;

/// Entries beyond this number are not counted for a sentence.
const COUNTED_MAX: usize = 100_000;

/// Why, if the command is one of these.
pub(super) fn reason(case: &Case<'_>) -> Option<Reason> {
    if case.error_has("NOGROUP") {
        return case.of_no_group();
    }
    match case.spec.name {
        "XGROUP CREATE" => case.of_create(),
        "XGROUP SETID" => case.of_setid(),
        "XGROUP DESTROY" => case.of_destroy(),
        "XGROUP CREATECONSUMER" => case.of_createconsumer(),
        "XGROUP DELCONSUMER" => case.of_delconsumer(),
        "XREADGROUP" => case.of_xreadgroup(),
        "XACK" => case.of_xack(),
        "XNACK" => case.int().map(|n| Reason::Released { n }),
        "XPENDING" => case.of_xpending(),
        "XCLAIM" => case.of_xclaim(),
        "XAUTOCLAIM" => case.of_xautoclaim(),
        "XINFO GROUPS" => case.of_lag(),
        _ => None,
    }
}

impl<'a> Case<'a> {
    /// The group named by word `idx` of the stream at word `idx - 1`.
    fn group(&self, idx: usize) -> Option<&'a Group> {
        self.stream(idx - 1)?.group(self.word(idx))
    }

    fn of_no_group(&self) -> Option<Reason> {
        let (key, group) = match self.spec.name {
            "XREADGROUP" => {
                let mut args = Args::new(self.words);
                let options =
                    ReadOptions::parse(&mut args, Reader::Group, self.profile, self.now).ok()?;
                let (group, _) = options.group?;
                let lacks = |key: &&[u8]| {
                    let stream = self.store.stream(self.db, key).ok().flatten();
                    stream.is_none_or(|stream| stream.group(group).is_none())
                };
                ((0..options.n_keys).map(|n| options.key(&args, n)).find(lacks)?, group)
            }
            // The subcommands have the key one word later.
            _ if self.spec.name.contains(' ') => (self.word(2), self.word(3)),
            _ => (self.word(1), self.word(2)),
        };
        let Some(stream) = self.store.stream(self.db, key).ok().flatten() else {
            return Some(Reason::NoGroupNoKey { key: name(key) });
        };
        let others: Vec<_> = stream.groups().map(|group| name(group.name())).collect();
        Some(Reason::NoGroup { group: name(group), others: others.join(", ") })
    }

    fn needs_key(&self) -> Option<Reason> {
        let missing = self.error_has("requires the key to exist");
        missing.then(|| Reason::GroupNeedsKey { key: name(self.word(2)) })
    }

    fn of_create(&self) -> Option<Reason> {
        if let Some(group) = self.group(3).filter(|_| self.error_has("BUSYGROUP")) {
            let (last, n_pending) = (group.last_id(), group.n_pending());
            return Some(Reason::GroupExists { group: name(group.name()), last, n_pending });
        }
        if self.is_ok() && self.word(4) == b"$" {
            let n_skipped = self.stream(2)?.len();
            return (n_skipped != 0).then_some(Reason::GroupSkips { n_skipped });
        }
        self.needs_key()
    }

    #[inline(never)]
    fn of_setid(&self) -> Option<Reason> {
        if !self.is_ok() {
            return self.needs_key();
        }
        let n_again = self.stream(2)?.after(self.group(3)?.last_id()).take(COUNTED_MAX).count();
        (n_again != 0).then_some(Reason::GroupMovedBack { n_again: n_again as u64 })
    }

    #[inline(never)]
    fn of_destroy(&self) -> Option<Reason> {
        match self.int() {
            Some(0) => Some(Reason::NothingDestroyed { group: name(self.word(3)) }),
            _ => self.needs_key(),
        }
    }

    #[inline(never)]
    fn of_createconsumer(&self) -> Option<Reason> {
        match self.int() {
            Some(0) => Some(Reason::ConsumerExists { consumer: name(self.word(4)) }),
            _ => self.needs_key(),
        }
    }

    #[inline(never)]
    fn of_delconsumer(&self) -> Option<Reason> {
        let consumer = name(self.word(4));
        match self.int() {
            Some(0) => Some(Reason::NothingPendingDestroyed { consumer }),
            Some(n_pending) => Some(Reason::PendingDestroyed { consumer, n_pending }),
            None => self.needs_key(),
        }
    }

    fn of_xreadgroup(&self) -> Option<Reason> {
        let mut args = Args::new(self.words);
        let options = ReadOptions::parse(&mut args, Reader::Group, self.profile, self.now).ok()?;
        let (group_name, consumer) = options.group?;
        if self.is_nil() && options.block.is_some() {
            return Some(Reason::BlockTimedOut);
        }
        let group = self.stream(options.first_key_idx)?.group(group_name)?;
        if self.is_nil() {
            let (last, n_pending) = (group.last_id(), group.n_pending());
            return Some(Reason::GroupIsUpToDate { last, n_pending });
        }
        self.error().is_none().then_some(())?;
        let is_history = |n: usize| options.id(&args, n) != b">";
        let n_deleted = n_without_fields(self.reply);
        if n_deleted != 0 {
            return Some(Reason::DeletedPayload { n_deleted });
        }
        if options.block.is_some() && (0..options.n_keys).all(is_history) {
            return Some(Reason::BlockIgnored);
        }
        if options.n_keys == 1 && is_history(0) && is_empty_read(self.reply) {
            let own = group.consumer(consumer).map_or(0, |consumer| consumer.n_pending());
            let n_pending_others = group.n_pending().saturating_sub(own);
            return Some(Reason::NoHistory { consumer: name(consumer), n_pending_others });
        }
        let first_history = (0..options.n_keys).position(is_history);
        let last_new = (0..options.n_keys).rposition(|n| !is_history(n));
        if options.claim_idle_ms_min.is_some()
            && first_history.is_some()
            && first_history < last_new
        {
            return Some(Reason::ClaimSwitchedOff);
        }
        (options.no_ack && last_new.is_some()).then_some(Reason::NoAckDelivered)
    }

    fn of_xack(&self) -> Option<Reason> {
        self.int().filter(|&n| n == 0)?;
        if self.stream(1).is_none() {
            return Some(Reason::AckNoKey { key: name(self.word(1)) });
        }
        let Some(group) = self.group(2) else {
            return Some(Reason::AckNoGroup { group: name(self.word(2)) });
        };
        let id = id_text::strict(self.word(3)).ok()?;
        let last_delivered = group.last_id();
        Some(if last_delivered < id {
            Reason::NotDelivered { id, last_delivered }
        } else {
            Reason::NotPending { id, last_delivered }
        })
    }

    fn of_xpending(&self) -> Option<Reason> {
        let items = self.items()?;
        let n_pending = self.group(2)?.n_pending();
        let nothing = match self.words.len() {
            3 => items.first() == Some(&Value::Int(0)),
            _ => items.is_empty(),
        };
        nothing.then_some(match n_pending {
            0 => Reason::NothingPending,
            n_pending => Reason::NoneMatches { n_pending },
        })
    }

    #[inline(never)]
    fn of_xclaim(&self) -> Option<Reason> {
        self.items().filter(|items| items.is_empty())?;
        let id = id_text::strict(self.word(5)).ok()?;
        let group = self.group(2)?;
        if !self.stream(1)?.contains(id) {
            return Some(Reason::ClaimGone { id });
        }
        let Some(pending) = group.pending(id) else { return Some(Reason::ClaimNotPending { id }) };
        Some(Reason::ClaimNotIdle {
            id,
            consumer: pending.consumer.map_or_else(String::new, |owner| name(owner.name())),
            idle_ms: pending.idle(self.now)?,
            idle_ms_min: u64::try_from(strict_i64(self.word(4))?).unwrap_or(0),
        })
    }

    #[inline(never)]
    fn of_xautoclaim(&self) -> Option<Reason> {
        let items = self.items()?;
        let n_items = |idx: usize| match items.get(idx) {
            Some(Value::Array(items)) => items.len(),
            _ => 0,
        };
        if n_items(2) != 0 {
            return Some(Reason::ClaimDropped { n_dropped: n_items(2) });
        }
        let Some(Value::Bulk(cursor)) = items.first() else { return None };
        if cursor != b"0-0" {
            return Some(Reason::CursorGoesOn { cursor: name(cursor) });
        }
        (n_items(1) == 0).then_some(())?;
        Some(match self.group(2)?.n_pending() {
            0 => Reason::NothingPending,
            n_pending => {
                let idle_ms_min = u64::try_from(strict_i64(self.word(4))?).unwrap_or(0);
                Reason::NoneIdle { n_pending, idle_ms_min }
            }
        })
    }

    fn of_lag(&self) -> Option<Reason> {
        self.error().is_none().then_some(())?;
        let stream: &Stream = self.stream(2)?;
        let rule = self.profile.lag_rule();
        let mut groups = stream.groups().filter(|_| self.profile.has_entry_counters());
        let unknown = groups.find(|group| stream.lag(group, rule).is_none())?;
        Some(Reason::LagUnknown { group: name(unknown.name()) })
    }
}

/// What XREADGROUP answered for each stream.
fn entries_of_streams(reply: &Value) -> Vec<&[Value]> {
    fn entries(value: Option<&Value>) -> Option<&[Value]> {
        match value {
            Some(Value::Array(entries)) => Some(entries),
            _ => None,
        }
    }
    match reply {
        Value::Map(pairs) => pairs.iter().filter_map(|(_, value)| entries(Some(value))).collect(),
        Value::Array(pairs) => {
            pairs.iter().filter_map(|pair| entries(entries(Some(pair))?.get(1))).collect()
        }
        _ => Vec::new(),
    }
}

fn is_empty_read(reply: &Value) -> bool {
    entries_of_streams(reply).iter().all(|entries| entries.is_empty())
}

fn n_without_fields(reply: &Value) -> usize {
    let is_bare = |entry: &&Value| match entry {
        Value::Array(entry) => matches!(entry.get(1), Some(Value::NilArray | Value::Null)),
        _ => false,
    };
    entries_of_streams(reply).iter().map(|entries| entries.iter().filter(is_bare).count()).sum()
}
