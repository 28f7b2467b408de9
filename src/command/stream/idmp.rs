//! XCFGSET and XIDMPRECORD: the memory of idempotent producers.

use crate::command::args::strict_i64;
use crate::command::{Args, CommandError, Ctx, Flow, Spec, id_text};
use crate::engine::{IdmpConfig, IdmpRecord, StreamMut};

/// `XCFGSET key [IDMP-DURATION seconds] [IDMP-MAXSIZE count]`
pub static XCFGSET: Spec = Spec {
    name: "XCFGSET",
    arity: -2,
    since: (8, 6),
    group: "stream",
    flags: &["write", "denyoom", "fast"],
    keys: (1, 1, 1),
    syntax: "key [IDMP-DURATION seconds] [IDMP-MAXSIZE count]",
    options_since: &[],
    complexity: "O(1); O(n) in the ids forgotten",
    summary: "Sets how long, and how many, idempotent ids a stream remembers for each producer.",
    why: "The memory must outlast your longest retry, or a late repeat is added twice.",
    gotcha: "A value that differs from the present one makes the stream forget all ids it knew.",
    examples: &["XCFGSET orders IDMP-DURATION 600"],
    subcommands: &[],
    run: run_cfgset,
};

/// `XIDMPRECORD key pid iid id`
pub static XIDMPRECORD: Spec = Spec {
    name: "XIDMPRECORD",
    arity: 5,
    since: (8, 6),
    group: "stream",
    flags: &["write", "denyoom", "fast"],
    keys: (1, 1, 1),
    syntax: "key pid iid id",
    options_since: &[],
    complexity: "O(1)",
    summary: "Records that a producer added an entry under an idempotent id.",
    why: "Append-only files use it to restore what XADD IDMP knew.",
    gotcha: "Meant for servers, not for applications.",
    examples: &["XIDMPRECORD orders shop-1 order-17 1700000000000-0"],
    subcommands: &[],
    run: run_record,
};

/// Legal values of IDMP-DURATION, in seconds.
const DURATION_S: std::ops::RangeInclusive<i64> = 1..=86_400;
/// Legal values of IDMP-MAXSIZE.
const MAXSIZE: std::ops::RangeInclusive<i64> = 1..=10_000;

fn run_cfgset(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let key = args.word()?;
    let StreamMut { stream, .. } = ctx.stream_mut(key)?.ok_or_else(no_key)?;
    let mut duration_s = None;
    let mut maxsize = None;
    while 0 < args.n_left() {
        let idx = args.position();
        if 2 <= args.n_left() && args.eat("IDMP-DURATION") {
            let error = "ERR IDMP-DURATION must be between 1 and 86400 seconds";
            number(args, &mut duration_s, "IDMP-DURATION", &DURATION_S, error)?;
        } else if 2 <= args.n_left() && args.eat("IDMP-MAXSIZE") {
            let error = "ERR IDMP-MAXSIZE must be between 1 and 10000 entries";
            number(args, &mut maxsize, "IDMP-MAXSIZE", &MAXSIZE, error)?;
        } else {
            return Err(CommandError::Syntax.at(idx));
        }
    }
    if duration_s.is_none() && maxsize.is_none() {
        return Err(CommandError::text("ERR At least one parameter must be specified"));
    }
    let now = stream.idmp().config();
    stream.configure_idmp(IdmpConfig {
        duration_s: duration_s.unwrap_or(now.duration_s),
        maxsize: maxsize.unwrap_or(now.maxsize),
    });
    ctx.out.ok();
    Ok(Flow::Done)
}

/// Reads the value of an option that may be given once.
fn number(
    args: &mut Args<'_>,
    value: &mut Option<u32>,
    option: &str,
    range: &std::ops::RangeInclusive<i64>,
    out_of_range: &str,
) -> Result<(), CommandError> {
    let idx = args.position();
    if value.is_some() {
        let text = format!("ERR {option} specified multiple times");
        return Err(CommandError::Text(text.into_bytes()).at(idx - 1));
    }
    let n = strict_i64(args.word()?).ok_or(CommandError::NotAnInteger.at(idx))?;
    let n = Some(n).filter(|n| range.contains(n)).and_then(|n| u32::try_from(n).ok());
    *value = Some(n.ok_or_else(|| CommandError::text(out_of_range).at(idx))?);
    Ok(())
}

fn run_record(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let [key, producer, iid, id] = [args.word()?, args.word()?, args.word()?, args.word()?];
    let id = id_text::strict(id).map_err(|error| error.at(4))?;
    if producer.is_empty() {
        return Err(CommandError::text("ERR producer ID must be non-empty").at(2));
    }
    if iid.is_empty() {
        return Err(CommandError::text("ERR idempotent ID must be non-empty").at(3));
    }
    let StreamMut { stream, mut rec } = ctx.stream_mut(key)?.ok_or_else(no_key)?;
    if !stream.contains(id) {
        return Err(CommandError::text("ERR No such message in stream").at(4));
    }
    if stream.idmp_record(producer, iid, id, &mut rec) == IdmpRecord::Different {
        let text = "ERR IID already exists for this producer with a different stream ID";
        return Err(CommandError::text(text).at(3));
    }
    ctx.out.ok();
    Ok(Flow::Done)
}

fn no_key() -> CommandError {
    CommandError::text("ERR no such key").at(1)
}
