//! XRANGE and XREVRANGE: reads a part of the log, whoever else reads it.

use super::entry;
use crate::command::args::strict_i64;
use crate::command::{Args, CommandError, Ctx, Flow, Spec, id_text};

/// `XRANGE key start end [COUNT count]`
pub static XRANGE: Spec = Spec {
    name: "XRANGE",
    arity: -4,
    since: (5, 0),
    group: "stream",
    flags: &["readonly"],
    keys: (1, 1, 1),
    syntax: "key start end [COUNT count]",
    options_since: &[],
    complexity: "O(log n + m) with m entries returned",
    summary: "Returns the entries between two ids, oldest first.",
    why: "To look into the log: - and + mean from the beginning and to the end, a bare time \
          1700000000000 covers that whole millisecond, ( excludes an end. Page through with COUNT \
          and ( before the last id you got.",
    gotcha: "It changes nothing and ignores groups: what it shows is not thereby delivered. COUNT \
             0 gives nil, not an empty list.",
    examples: &["XRANGE orders - +", "XRANGE orders (1700000000000-0 + COUNT 10"],
    subcommands: &[],
    run: run_forward,
};

/// `XREVRANGE key end start [COUNT count]`
pub static XREVRANGE: Spec = Spec {
    name: "XREVRANGE",
    arity: -4,
    since: (5, 0),
    group: "stream",
    flags: &["readonly"],
    keys: (1, 1, 1),
    syntax: "key end start [COUNT count]",
    options_since: &[],
    complexity: "O(log n + m) with m entries returned",
    summary: "Returns the entries between two ids, newest first.",
    why: "The newest entries without knowing any id: XREVRANGE key + - COUNT 10.",
    gotcha: "The greater id comes first; the other way round the answer is empty.",
    examples: &["XREVRANGE orders + - COUNT 1"],
    subcommands: &[],
    run: run_backward,
};

fn run_forward(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    run(ctx, args, false)
}

fn run_backward(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    run(ctx, args, true)
}

fn run(ctx: &mut Ctx<'_>, args: &mut Args<'_>, backward: bool) -> Result<Flow, CommandError> {
    let key = args.word()?;
    let first_idx = args.position();
    let [first, second] = [args.word()?, args.word()?];
    // The start is read first, wherever it stands.
    let (start, end) = if backward {
        let start = id_text::range_start(second).map_err(|error| error.at(first_idx + 1))?;
        (start, id_text::range_end(first).map_err(|error| error.at(first_idx))?)
    } else {
        let start = id_text::range_start(first).map_err(|error| error.at(first_idx))?;
        (start, id_text::range_end(second).map_err(|error| error.at(first_idx + 1))?)
    };
    let count = count_option(args)?;
    let Some(stream) = ctx.store.stream(ctx.db, key)? else {
        ctx.out.array(0);
        return Ok(Flow::Done);
    };
    if count == Some(0) {
        ctx.out.nil_array();
        return Ok(Flow::Done);
    }
    let count = count.unwrap_or(u64::MAX);
    let place = ctx.out.defer();
    let mut n = 0;
    if backward {
        let mut entries = stream.range_rev(start, end);
        while n < count
            && let Some(found) = entries.next()
        {
            entry::write(&mut ctx.out, &found);
            n += 1;
        }
    } else {
        let mut entries = stream.range(start, end);
        while n < count
            && let Some(found) = entries.next()
        {
            entry::write(&mut ctx.out, &found);
            n += 1;
        }
    }
    ctx.out.array_at(place, n as usize);
    Ok(Flow::Done)
}

/// `[COUNT count]...`: the last one counts, a negative one is 0.
fn count_option(args: &mut Args<'_>) -> Result<Option<u64>, CommandError> {
    let mut count = None;
    while 0 < args.n_left() {
        let idx = args.position();
        if args.n_left() < 2 || !args.eat("COUNT") {
            return Err(CommandError::Syntax.at(idx));
        }
        let n = strict_i64(args.word()?).ok_or(CommandError::NotAnInteger.at(idx + 1))?;
        count = Some(u64::try_from(n).unwrap_or(0));
    }
    Ok(count)
}
