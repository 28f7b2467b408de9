//! XAUTOCLAIM: looks for pending entries that were idle for long, and claims them.

use super::xclaim::write_claimed;
use super::{entry, no_group};
use crate::command::args::strict_i64;
use crate::command::{Args, CommandError, Ctx, Flow, Profile, Spec, id_text, notify};
use crate::engine::{
    AutoClaim, Claim, ConsumerId, GroupMut, Pending, Recorder, StreamId, StreamMut,
};
use crate::resp::Writer;
use crate::time::Millis;

/// `XAUTOCLAIM key group consumer min-idle-time start [COUNT count] [JUSTID]`
pub static XAUTOCLAIM: Spec = Spec {
    name: "XAUTOCLAIM",
    arity: -6,
    since: (6, 2),
    group: "stream",
    flags: &["write", "fast"],
    keys: (1, 1, 1),
    syntax: "key group consumer min-idle-time start [COUNT count] [JUSTID]",
    options_since: &[],
    complexity: "O(count)",
    summary: "Goes through a group's pending entries and claims those idle for long enough.",
    why: "Run it now and then in every consumer: whatever a dead consumer left behind finds a new \
          owner.",
    gotcha: "The answer begins with a cursor: go on from there until it is 0-0. A page may be \
             empty and still not be the last. Ids of deleted entries are dropped, and \
             listed at the end.",
    examples: &["XAUTOCLAIM orders billing bob 60000 0 COUNT 10"],
    subcommands: &[],
    run,
};

/// How many entries are claimed at most, unless COUNT says otherwise.
const COUNT: u64 = 100;
/// The greatest COUNT: an id takes 16 bytes.
const COUNT_MAX: i64 = i64::MAX / 16;
/// Redis makes room for so many ids at once; with more than this no machine can (2^47 bytes).
const COUNT_WITH_ROOM_MAX: u64 = 1 << 43;

fn run(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let [key, name, consumer] = [args.word()?, args.word()?, args.word()?];
    let claim = parse(args, ctx.now, ctx.profile)?;
    let profile = ctx.profile;
    let Some(StreamMut { stream, mut rec }) = ctx.store.stream_mut(ctx.db, key, ctx.now)? else {
        return Err(no_group(key, name));
    };
    let Some(group) = stream.group_mut(name) else { return Err(no_group(key, name)) };
    let mut group = group.counting(ctx.profile.counting());
    if profile.limits_autoclaim_count() && COUNT_WITH_ROOM_MAX < claim.count {
        return Err(CommandError::text(
            "ERR Insufficient memory, failed allocating transient memory, COUNT too high.",
        ));
    }
    let is_new = group.group().consumer(consumer).is_none();
    if !profile.claims_drop_deleted_entries() {
        claim_gone_too(&mut ctx.out, &mut group, consumer, &claim, &mut rec);
        return Ok(Flow::Done);
    }
    let owner = if profile.creates_consumer_on_empty_read() || would_claim(&group, &claim) {
        group.open_consumer(consumer, ctx.now, &mut rec)
    } else {
        ConsumerId::NOBODY
    };
    // The cursor stands in front of the entries and is known only behind them.
    let mut claimed = Vec::new();
    let done = group.autoclaim(owner, &claim, &mut rec, |found| claimed.push(found));
    ctx.out.array(3);
    ctx.out.bulk_id(done.next.ms, done.next.seq);
    ctx.out.array(claimed.len());
    for found in &claimed {
        if claim.just_id {
            ctx.out.bulk_id(found.id.ms, found.id.seq);
        } else {
            entry::write(&mut ctx.out, found);
        }
    }
    ctx.out.array(done.gone.len());
    done.gone.iter().for_each(|id| ctx.out.bulk_id(id.ms, id.seq));
    if is_new && group.group().consumer(consumer).is_some() {
        ctx.notify(notify::STREAM, "xgroup-createconsumer", key);
    }
    Ok(Flow::Done)
}

fn parse(args: &mut Args<'_>, now: Millis, profile: Profile) -> Result<AutoClaim, CommandError> {
    let idx = args.position();
    let idle_ms_min = strict_i64(args.word()?).ok_or_else(|| {
        CommandError::text("ERR Invalid min-idle-time argument for XAUTOCLAIM").at(idx)
    })?;
    let start = id_text::range_start(args.word()?).map_err(|error| error.at(idx + 1))?;
    let min_idle = u64::try_from(idle_ms_min).unwrap_or(0);
    let mut claim = AutoClaim { now, min_idle, start, count: COUNT, just_id: false };
    while 0 < args.n_left() {
        let idx = args.position();
        if 2 <= args.n_left() && args.eat("COUNT") {
            let count = count(args.word()?, profile).map_err(|error| error.at(idx + 1))?;
            claim.count = count;
        } else if args.eat("JUSTID") {
            claim.just_id = true;
        } else {
            return Err(CommandError::Syntax.at(idx));
        }
    }
    Ok(claim)
}

fn count(word: &[u8], profile: Profile) -> Result<u64, CommandError> {
    let max = if profile.limits_autoclaim_count() { COUNT_MAX } else { i64::MAX };
    match strict_i64(word) {
        Some(n) if 1 <= n && n <= max => Ok(n as u64),
        _ => Err(CommandError::text("ERR COUNT must be > 0")),
    }
}

/// Whether anything will be claimed: before 7.2 only that makes the consumer.
fn would_claim(group: &GroupMut<'_>, claim: &AutoClaim) -> bool {
    let mut n_left = claim.count;
    let n_looks = usize::try_from(claim.count.saturating_mul(10)).unwrap_or(usize::MAX);
    for pending in group.group().pending_range(claim.start, StreamId::MAX).take(n_looks) {
        if n_left == 0 {
            return false;
        }
        if !group.contains(pending.id) {
            n_left -= 1;
        } else if claim.min_idle == 0 || pending.is_idle(claim.min_idle, claim.now) {
            return true;
        }
    }
    false
}

/// XAUTOCLAIM as it was in 6.2: an entry that is no longer in the stream is claimed like any other
/// and shown as nil, and nothing is said about such entries at the end.
fn claim_gone_too(
    out: &mut Writer<'_>,
    group: &mut GroupMut<'_>,
    consumer: &[u8],
    claim: &AutoClaim,
    rec: &mut Recorder<'_>,
) {
    let n_looks = usize::try_from(claim.count.saturating_mul(10)).unwrap_or(usize::MAX);
    let count = usize::try_from(claim.count).unwrap_or(usize::MAX);
    let is_idle =
        |pending: &Pending<'_>| claim.min_idle == 0 || pending.is_idle(claim.min_idle, claim.now);
    let mut looked_at = None;
    let mut ids = Vec::new();
    for pending in group.group().pending_range(claim.start, StreamId::MAX).take(n_looks) {
        if ids.len() == count {
            break;
        }
        looked_at = Some(pending.id);
        ids.extend(is_idle(&pending).then_some(pending.id));
    }
    let rest = looked_at.map_or(Some(claim.start), StreamId::next);
    let next = rest.and_then(|id| group.group().pending_range(id, StreamId::MAX).next());
    let next = next.map_or(StreamId::MIN, |pending| pending.id);
    out.array(2);
    out.bulk_id(next.ms, next.seq);
    out.array(ids.len());
    if ids.is_empty() {
        return;
    }
    let owner = group.open_consumer(consumer, claim.now, rec);
    let each = Claim {
        now: claim.now,
        min_idle: claim.min_idle,
        delivery_time: claim.now,
        retry_count: None,
        just_id: claim.just_id,
        force: false,
        drop_gone: false,
    };
    for id in ids {
        let outcome = group.claim(id, owner, &each, rec);
        write_claimed(out, id, &outcome, claim.just_id);
    }
}
