//! XPENDING: what was handed out and not acknowledged.

use super::no_group;
use crate::command::args::strict_i64;
use crate::command::{Args, CommandError, Ctx, Flow, Spec, id_text};
use crate::engine::{Group, Pending, StreamId};
use crate::resp::Writer;
use crate::time::Millis;

/// `XPENDING key group [[IDLE min-idle] start end count [consumer]]`
pub static XPENDING: Spec = Spec {
    name: "XPENDING",
    arity: -3,
    since: (5, 0),
    group: "stream",
    flags: &["readonly"],
    keys: (1, 1, 1),
    syntax: "key group [[IDLE min-idle-time] start end count [consumer]]",
    options_since: &[("IDLE", (6, 2))],
    complexity: "O(n) in the entries returned; the short form is O(1) for each consumer",
    summary: "Shows what a group handed out and nobody acknowledged yet.",
    why: "The short form says how much is open and who has it. The long form says for each entry \
          who has it, for how long (in ms) and how often it was handed out: what is idle for long \
          lost its consumer, what was handed out often is poison.",
    gotcha: "An entry that was deleted meanwhile is still listed. Reading the history again resets \
             the idle time and raises the count.",
    examples: &["XPENDING orders billing", "XPENDING orders billing IDLE 60000 - + 10"],
    subcommands: &[],
    run,
};

/// What the long form asks for.
struct Query<'a> {
    idle_ms_min: u64,
    start: StreamId,
    end: StreamId,
    n_max: u64,
    consumer: Option<&'a [u8]>,
}

fn run(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let [key, name] = [args.word()?, args.word()?];
    let query = parse(args)?;
    let Some(group) = ctx.store.stream(ctx.db, key)?.and_then(|stream| stream.group(name)) else {
        return Err(no_group(key, name));
    };
    match query {
        None => summary(&mut ctx.out, group),
        Some(query) => list(&mut ctx.out, group, &query, ctx.now),
    }
    Ok(Flow::Done)
}

fn parse<'a>(args: &mut Args<'a>) -> Result<Option<Query<'a>>, CommandError> {
    if args.n_left() == 0 {
        return Ok(None);
    }
    // Words behind the consumer are not looked at, as long as there are at most nine in all.
    if !(6..=9).contains(&args.words().len()) {
        return Err(CommandError::Syntax.at(args.position()));
    }
    let mut idle_ms_min = 0;
    if args.eat("IDLE") {
        let idx = args.position();
        let ms = strict_i64(args.word()?).ok_or(CommandError::NotAnInteger.at(idx))?;
        idle_ms_min = u64::try_from(ms).unwrap_or(0);
        if args.words().len() < 8 {
            return Err(CommandError::Syntax.at(idx));
        }
    }
    let idx = args.position();
    let [start, end, count] = [args.word()?, args.word()?, args.word()?];
    let n_max = strict_i64(count).ok_or(CommandError::NotAnInteger.at(idx + 2))?;
    Ok(Some(Query {
        idle_ms_min,
        start: id_text::range_start(start).map_err(|error| error.at(idx))?,
        end: id_text::range_end(end).map_err(|error| error.at(idx + 1))?,
        n_max: u64::try_from(n_max).unwrap_or(0),
        consumer: args.peek(),
    }))
}

/// How many, from where to where, and whose.
fn summary(out: &mut Writer<'_>, group: &Group) {
    out.array(4);
    out.int(group.n_pending() as i64);
    let Some((first, last)) = group.pending_ends() else {
        out.nil();
        out.nil();
        out.nil_array();
        return;
    };
    out.bulk_id(first.ms, first.seq);
    out.bulk_id(last.ms, last.seq);
    let owners = || group.consumers().filter(|consumer| consumer.n_pending() != 0);
    out.array(owners().count());
    for consumer in owners() {
        out.array(2);
        out.bulk(consumer.name());
        out.bulk_int(consumer.n_pending() as i64);
    }
}

fn list(out: &mut Writer<'_>, group: &Group, query: &Query<'_>, now: Millis) {
    let place = out.defer();
    let mut n = 0;
    let mut show = |pending: Pending<'_>| {
        let idle = pending.idle(now);
        if query.n_max <= n {
            return false;
        }
        if idle.unwrap_or(u64::MAX) < query.idle_ms_min {
            return true;
        }
        out.array(4);
        out.bulk_id(pending.id.ms, pending.id.seq);
        out.bulk(pending.consumer.map_or(b"", |consumer| consumer.name()));
        out.int(idle.map_or(-1, |idle_ms| idle_ms as i64));
        out.int(pending.delivery_count as i64);
        n += 1;
        true
    };
    match query.consumer {
        None => {
            group.pending_range(query.start, query.end).all(&mut show);
        }
        Some(name) => {
            if let Some(consumer) = group.consumer(name) {
                group.pending_of(consumer, query.start, query.end).all(&mut show);
            }
        }
    }
    out.array_at(place, n as usize);
}
