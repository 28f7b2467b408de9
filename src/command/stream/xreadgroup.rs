//! XREADGROUP: a consumer takes its share of a stream.

use super::budget::Budget;
use super::read_options::{ReadOptions, Reader};
use super::{entry, group_error};
use crate::command::{
    Args, BlockOn, CommandError, Ctx, Flow, Member, Profile, Spec, Wait, id_text, notify,
};
use crate::engine::event::Name;
use crate::engine::{ConsumerId, Deliver, GroupMut, Recorder, Stream, StreamId, StreamMut};
use crate::resp::{Protocol, Writer};
use crate::time::Millis;

/// `XREADGROUP GROUP group consumer [COUNT count] [MAXCOUNT count] [MAXSIZE bytes] [BLOCK ms]
/// [CLAIM min-idle-time] [NOACK] STREAMS key [key ...] id [id ...]`
pub static XREADGROUP: Spec = Spec {
    name: "XREADGROUP",
    arity: -7,
    since: (5, 0),
    group: "stream",
    flags: &["write", "blocking", "movablekeys"],
    keys: (0, 0, 0),
    syntax: "GROUP group consumer [COUNT count] [MAXCOUNT count] [MAXSIZE bytes] \
             [BLOCK milliseconds] [CLAIM min-idle-time] [NOACK] STREAMS key [key ...] id [id ...]",
    options_since: &[("CLAIM", (8, 4)), ("MAXCOUNT", (8, 10)), ("MAXSIZE", (8, 10))],
    complexity: "O(m) with m entries returned, for each stream",
    summary: "Hands entries of a group to a consumer, which has to acknowledge them.",
    why: "With > every entry goes to one consumer of the group: that is how work is shared. With \
          an id instead, a consumer gets its own unacknowledged entries again, as after a restart.",
    gotcha: "Entries stay pending until XACK. BLOCK only matters with >: reading the history is \
             answered at once. Reading with > moves the group, so it is a write.",
    examples: &[
        "XREADGROUP GROUP billing alice COUNT 1 STREAMS orders >",
        "XREADGROUP GROUP billing alice BLOCK 5000 STREAMS orders >",
        "XREADGROUP GROUP billing alice STREAMS orders 0",
    ],
    subcommands: &[],
    run,
};

/// What a consumer asks of one stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum From {
    /// `>`: what nobody in the group got yet.
    New,
    /// Its own pending entries after this id.
    History(StreamId),
}

/// Everything that is the same for all streams of one command.
struct Reading<'a> {
    consumer: &'a [u8],
    how: Deliver,
    profile: Profile,
    /// CLAIM, until a history id switches it off for the streams behind it.
    claim: Option<Millis>,
    budget: Budget,
}

fn run(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let options = ReadOptions::parse(args, Reader::Group, ctx.profile, ctx.now)?;
    let Some((group, consumer)) = options.group else { return Err(CommandError::Syntax) };
    // All streams are checked before the first is read; one alone is checked as it is read.
    if options.n_keys != 1 {
        for n in 0..options.n_keys {
            let stream = ctx.stream(options.key(args, n))?;
            if stream.is_none_or(|stream| stream.group(group).is_none()) {
                return Err(no_group(options.key(args, n), group, &options, n));
            }
            from(options.id(args, n), ctx.profile).map_err(|e| e.at(options.id_idx(n)))?;
        }
    }
    let mut reading = Reading {
        consumer,
        how: Deliver { now: ctx.now, noack: options.no_ack, rule: ctx.profile.lag_rule() },
        profile: ctx.profile,
        claim: options.claim_idle_ms_min,
        budget: Budget::new(&options),
    };
    let outer = ctx.out.defer();
    // One stream alone needs no header to be moved in afterwards; but MAXSIZE does not count it.
    let is_deferred = options.n_keys != 1 || options.size_total.is_some();
    let place = is_deferred.then(|| ctx.out.defer());
    if place.is_none() {
        outer_header(&mut ctx.out, 1);
    }
    // Rarely asked for, and a look at the group.
    let says_what_is_new = ctx.state.settings.notify & notify::STREAM != 0;
    let mut n_served = 0;
    for n in 0..options.n_keys {
        let key = options.key(args, n);
        if reading.budget.is_spent(&ctx.out) {
            break;
        }
        let Some(StreamMut { stream, mut rec }) = ctx.store.stream_mut(ctx.db, key, ctx.now)?
        else {
            return Err(no_group(key, group, &options, n));
        };
        let Some(members) = stream.group_mut(group) else {
            return Err(no_group(key, group, &options, n));
        };
        let mut members = members.counting(ctx.profile.counting());
        let from = from(options.id(args, n), ctx.profile).map_err(|e| e.at(options.id_idx(n)))?;
        let is_new = says_what_is_new && members.group().consumer(consumer).is_none();
        n_served += usize::from(reading.read(&mut members, key, from, &mut ctx.out, &mut rec));
        if is_new && members.group().consumer(consumer).is_some() {
            ctx.notify(notify::STREAM, "xgroup-createconsumer", key);
        }
    }
    if n_served == 0 {
        ctx.out.undo(outer);
        return nothing_yet(ctx, args, &options, group);
    }
    match (place, ctx.out.protocol()) {
        (None, _) => {}
        (Some(place), Protocol::Resp2) => ctx.out.array_at(place, n_served),
        (Some(place), Protocol::Resp3) => ctx.out.map_at(place, n_served),
    }
    Ok(Flow::Done)
}

impl Reading<'_> {
    /// Reads one stream; whether there is something to answer.
    fn read(
        &mut self,
        members: &mut GroupMut<'_>,
        key: &[u8],
        from: From,
        out: &mut Writer<'_>,
        rec: &mut Recorder<'_>,
    ) -> bool {
        let now = self.how.now;
        let makes_consumer = self.profile.creates_consumer_on_empty_read();
        if !makes_consumer && from == From::New && !members.has_news() {
            return false;
        }
        let consumer = members.open_consumer(self.consumer, now, rec);
        if let From::History(_) = from {
            self.claim = None;
        }
        let can_claim = self.claim.is_some_and(|idle_ms| members.has_claimable(idle_ms, now));
        if from == From::New && !can_claim && !members.has_news() {
            return false;
        }
        entry::stream_header(out, key);
        let place = out.defer();
        self.budget.begin_stream();
        match from {
            From::New => {
                if can_claim {
                    self.read_idle(members, consumer, out, rec);
                }
                self.read_new(members, consumer, out, rec);
                // However much was handed out, Redis counts one change.
                rec.changed(u64::from(self.budget.n_in_stream() != 0));
            }
            From::History(after) => self.read_history(members, consumer, after, out, rec),
        }
        out.array_at(place, self.budget.n_in_stream());
        true
    }

    fn read_idle(
        &mut self,
        members: &mut GroupMut<'_>,
        consumer: ConsumerId,
        out: &mut Writer<'_>,
        rec: &mut Recorder<'_>,
    ) {
        let (idle_ms_min, now) = (self.claim.unwrap_or(0), self.how.now);
        let mut walk = members.time_walk(idle_ms_min, now);
        while self.budget.allows_one(out)
            && let Some(claimed) = members.claim_idle_next(&mut walk, consumer, rec)
        {
            out.array(4);
            entry::write_parts(out, &claimed.entry);
            out.int(claimed.idle as i64);
            out.int(claimed.delivery_count as i64);
            self.budget.take_one();
        }
    }

    fn read_new(
        &mut self,
        members: &mut GroupMut<'_>,
        consumer: ConsumerId,
        out: &mut Writer<'_>,
        rec: &mut Recorder<'_>,
    ) {
        while self.budget.allows_one(out)
            && let Some(found) = members.deliver_next(consumer, self.how, rec)
        {
            if self.claim.is_some() {
                out.array(4);
                entry::write_parts(out, &found);
                out.int(0);
                out.int(0);
            } else {
                entry::write(out, &found);
            }
            self.budget.take_one();
        }
    }

    fn read_history(
        &mut self,
        members: &mut GroupMut<'_>,
        consumer: ConsumerId,
        after: StreamId,
        out: &mut Writer<'_>,
        rec: &mut Recorder<'_>,
    ) {
        let mut after = after;
        while self.budget.allows_one(out)
            && let Some(item) = members.history_next(consumer, after, self.how.now, rec)
        {
            match &item.entry {
                Some(found) => entry::write(out, found),
                None => {
                    out.array(2);
                    out.bulk_id(item.id.ms, item.id.seq);
                    out.nil_array();
                }
            }
            after = item.id;
            self.budget.take_one();
        }
    }
}

/// As long as nothing is pending, Redis looks again after each idle time. Idle times below this, in
/// milliseconds, would keep the world busy with nothing; they hear of what could be found instead.
const POLL_MS: u64 = 100;

fn nothing_yet(
    ctx: &mut Ctx<'_>,
    args: &Args<'_>,
    options: &ReadOptions<'_>,
    group: &[u8],
) -> Result<Flow, CommandError> {
    let Some(deadline) = options.block.filter(|_| !ctx.in_exec) else {
        ctx.out.nil_array();
        return Ok(Flow::Done);
    };
    let mut keys = Vec::with_capacity(options.n_keys);
    let polls = options.claim_idle_ms_min.is_some_and(|idle_ms_min| idle_ms_min < POLL_MS);
    let mut retry_at = None;
    for n in 0..options.n_keys {
        let key = options.key(args, n);
        let known = ctx.store.get(ctx.db, key).map(|entry| entry.name().clone());
        keys.push(known.unwrap_or_else(|| Name::from(key)));
        if let Some(idle_ms_min) = options.claim_idle_ms_min
            && let Some(stream) = ctx.stream(key)?
            && let Some(group) = stream.group(group)
            && let Some(at) = stream
                .next_claimable_at(group, idle_ms_min)
                .or_else(|| (!polls).then(|| ctx.now.saturating_add(idle_ms_min)))
        {
            retry_at = Some(retry_at.map_or(at, |other: Millis| other.min(at)));
        }
    }
    let rerun = args.words().iter().copied().collect();
    let is_simple = options.n_keys == 1 && options.claim_idle_ms_min.is_none();
    let member = match options.group {
        Some((group, consumer)) if is_simple => {
            member(ctx.stream(options.key(args, 0))?, group, consumer, ctx.profile)
        }
        _ => None,
    };
    Ok(Flow::Block(BlockOn { keys, wait: Wait::Group, deadline, retry_at, polls, rerun, member }))
}

/// Who waits, as the group knows it.
fn member(
    stream: Option<&Stream>,
    group: &[u8],
    consumer: &[u8],
    profile: Profile,
) -> Option<Member> {
    let group = stream?.group(group)?;
    let consumer = if profile.creates_consumer_on_empty_read() {
        let consumer = group.consumer(consumer)?;
        Some((consumer.id(), consumer.name().clone()))
    } else {
        None
    };
    Some(Member { group: group.name().clone(), consumer })
}

fn outer_header(out: &mut Writer<'_>, n: usize) {
    match out.protocol() {
        Protocol::Resp2 => out.array(n),
        Protocol::Resp3 => out.map(n),
    }
}

fn from(text: &[u8], profile: Profile) -> Result<From, CommandError> {
    let meaningless = |id: &str| {
        CommandError::text(&format!(
            "ERR The {id} ID is meaningless in the context of XREADGROUP: you want to read the \
             history of this consumer by specifying a proper ID, or use the > ID to get new \
             messages. The {id} ID would just return an empty result set."
        ))
    };
    match text {
        b">" => Ok(From::New),
        b"$" => Err(meaningless("$")),
        b"+" if profile.has_read_last() => Err(meaningless("+")),
        text => Ok(match id_text::strict(text)? {
            StreamId::MAX => From::New,
            id => From::History(id),
        }),
    }
}

fn no_group(key: &[u8], group: &[u8], options: &ReadOptions<'_>, n: usize) -> CommandError {
    group_error(key, group, b" in XREADGROUP with GROUP option").at(options.first_key_idx + n)
}
