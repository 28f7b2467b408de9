//! XCLAIM: takes pending entries over from another consumer.

use super::{entry, no_group};
use crate::command::args::strict_i64;
use crate::command::error::c_name;
use crate::command::{Args, CommandError, Ctx, Flow, Spec, id_text, notify};
use crate::engine::{Claim, ClaimOutcome, ConsumerId, GroupMut, StreamId, StreamMut};
use crate::resp::Writer;
use crate::time::Millis;

/// `XCLAIM key group consumer min-idle-time id [id ...] [IDLE ms] [TIME unix-ms] [RETRYCOUNT count]
/// [FORCE] [JUSTID] [LASTID id]`
pub static XCLAIM: Spec = Spec {
    name: "XCLAIM",
    arity: -6,
    since: (5, 0),
    group: "stream",
    flags: &["write", "fast"],
    keys: (1, 1, 1),
    syntax: "key group consumer min-idle-time id [id ...] [IDLE milliseconds] \
             [TIME unix-time-milliseconds] [RETRYCOUNT count] [FORCE] [JUSTID] [LASTID lastid]",
    options_since: &[],
    complexity: "O(log n) for each id",
    summary: "Makes a consumer the owner of pending entries that were idle for long enough.",
    why: "When a consumer died with work on its list: look with XPENDING, then claim by id. \
          XAUTOCLAIM does both at once.",
    gotcha: "Only entries idle for min-idle-time are claimed, the others are left out of the \
             answer; so two claimers cannot both get one. Claiming resets the idle time and adds \
             one to the delivery count, unless JUSTID is given.",
    examples: &["XCLAIM orders billing bob 60000 1700000000000-0"],
    subcommands: &[],
    run,
};

/// The options behind the ids.
#[derive(Clone, Copy, Debug)]
struct Options {
    delivery_time: Option<i64>,
    retry_count: Option<u64>,
    force: bool,
    just_id: bool,
    last_id: Option<StreamId>,
}

fn run(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let [key, name, consumer] = [args.word()?, args.word()?, args.word()?];
    if ctx.stream(key)?.is_none_or(|stream| stream.group(name).is_none()) {
        return Err(no_group(key, name));
    }
    let idle_ms_min = min_idle(args)?;
    let (ids, options) = parse(args, ctx.now)?;
    let profile = ctx.profile;
    let Some(StreamMut { stream, mut rec }) = ctx.store.stream_mut(ctx.db, key, ctx.now)? else {
        return Err(no_group(key, name));
    };
    let Some(group) = stream.group_mut(name) else { return Err(no_group(key, name)) };
    let mut group = group.counting(ctx.profile.counting());
    if let Some(id) = options.last_id {
        group.raise_last_id(id, &mut rec);
    }
    let is_new = group.group().consumer(consumer).is_none();
    let mut owner = ConsumerId::NOBODY;
    if profile.creates_consumer_on_empty_read() {
        owner = group.open_consumer(consumer, ctx.now, &mut rec);
    }
    let claim = Claim {
        now: ctx.now,
        min_idle: idle_ms_min,
        delivery_time: options.delivery_time(ctx.now),
        retry_count: options.retry_count,
        just_id: options.just_id,
        force: options.force,
        drop_gone: profile.claims_drop_deleted_entries(),
    };
    let place = ctx.out.defer();
    let mut n_claimed = 0;
    for id in ids.iter().filter_map(|word| id_text::strict(word).ok()) {
        if owner == ConsumerId::NOBODY && would_claim(&group, id, &claim) {
            owner = group.open_consumer(consumer, ctx.now, &mut rec);
        }
        let outcome = group.claim(id, owner, &claim, &mut rec);
        n_claimed += usize::from(write_claimed(&mut ctx.out, id, &outcome, options.just_id));
    }
    ctx.out.array_at(place, n_claimed);
    if is_new && group.group().consumer(consumer).is_some() {
        ctx.notify(notify::STREAM, "xgroup-createconsumer", key);
    }
    Ok(Flow::Done)
}

/// The reply element of one id; whether there is one.
pub fn write_claimed(
    out: &mut Writer<'_>,
    id: StreamId,
    outcome: &ClaimOutcome<'_>,
    just_id: bool,
) -> bool {
    match outcome {
        ClaimOutcome::Claimed(_) | ClaimOutcome::ClaimedGone if just_id => {
            out.bulk_id(id.ms, id.seq);
        }
        ClaimOutcome::Claimed(found) => entry::write(out, found),
        ClaimOutcome::ClaimedGone => out.nil(),
        ClaimOutcome::Gone | ClaimOutcome::NotPending | ClaimOutcome::NotIdle => return false,
    }
    true
}

/// Whether an id will be claimed: before 7.2 only that makes the consumer.
fn would_claim(group: &GroupMut<'_>, id: StreamId, claim: &Claim) -> bool {
    let exists = group.contains(id);
    match group.group().pending(id) {
        Some(pending) => {
            (exists || !claim.drop_gone)
                && (claim.min_idle == 0 || pending.is_idle(claim.min_idle, claim.now))
        }
        None => exists && claim.force,
    }
}

fn min_idle(args: &mut Args<'_>) -> Result<Millis, CommandError> {
    let idx = args.position();
    let ms = strict_i64(args.word()?).ok_or_else(|| {
        CommandError::text("ERR Invalid min-idle-time argument for XCLAIM").at(idx)
    })?;
    Ok(u64::try_from(ms).unwrap_or(0))
}

/// The ids, which end at the first word that is none, and the options behind them.
fn parse<'a>(args: &mut Args<'a>, now: Millis) -> Result<(&'a [&'a [u8]], Options), CommandError> {
    let first_idx = args.position();
    while args.peek().is_some_and(|word| id_text::strict(word).is_ok()) {
        args.word()?;
    }
    let ids = args.words().get(first_idx..args.position()).unwrap_or_default();
    let mut options = Options {
        delivery_time: None,
        retry_count: None,
        force: false,
        just_id: false,
        last_id: None,
    };
    while 0 < args.n_left() {
        options.eat(args, now)?;
    }
    Ok((ids, options))
}

impl Options {
    fn eat(&mut self, args: &mut Args<'_>, now: Millis) -> Result<(), CommandError> {
        let idx = args.position();
        let has_value = 2 <= args.n_left();
        if args.eat("FORCE") {
            self.force = true;
        } else if args.eat("JUSTID") {
            self.just_id = true;
        } else if has_value && args.eat("IDLE") {
            let idle_ms = number(args, "IDLE")?;
            self.delivery_time = Some((now as i64).saturating_sub(idle_ms));
        } else if has_value && args.eat("TIME") {
            self.delivery_time = Some(number(args, "TIME")?);
        } else if has_value && args.eat("RETRYCOUNT") {
            self.retry_count = u64::try_from(number(args, "RETRYCOUNT")?).ok();
        } else if has_value && args.eat("LASTID") {
            self.last_id = Some(id_text::strict(args.word()?).map_err(|e| e.at(idx + 1))?);
        } else {
            let word = c_name(args.word()?);
            let error = CommandError::format(&[b"ERR Unrecognized XCLAIM option '", word, b"'"]);
            return Err(error.at(idx));
        }
        Ok(())
    }

    /// A time that is before the epoch or in the future becomes now.
    fn delivery_time(&self, now: Millis) -> Millis {
        let time = self.delivery_time.and_then(|time| u64::try_from(time).ok());
        time.filter(|&time| time <= now).unwrap_or(now)
    }
}

fn number(args: &mut Args<'_>, option: &str) -> Result<i64, CommandError> {
    let idx = args.position();
    strict_i64(args.word()?).ok_or_else(|| {
        let text = format!("ERR Invalid {option} option argument for XCLAIM");
        CommandError::Text(text.into_bytes()).at(idx)
    })
}
