//! TIME, WAIT, FUNCTION FLUSH, SCRIPT FLUSH: small things that clients and test harnesses ask for.

use super::args::strict_i64;
use super::ctx::{BlockOn, Ctx, Flow, Wait};
use super::debug::wrong_subcommand;
use super::error::CommandError;
use super::{Args, Spec};

/// TIME.
pub static TIME: Spec = Spec {
    name: "TIME",
    arity: 1,
    since: (2, 6),
    group: "server",
    flags: &["loading", "stale", "fast"],
    summary: "Answers the server's time: Unix seconds, and the microseconds beyond them.",
    why: "The ids of XADD * come from this clock; in the playground you can make it jump.",
    gotcha: "This server's clock counts milliseconds, so the last three digits are 0.",
    examples: &["TIME"],
    run: |ctx, _| {
        ctx.out.array(2);
        ctx.out.bulk((ctx.now / 1000).to_string().as_bytes());
        ctx.out.bulk((ctx.now % 1000 * 1000).to_string().as_bytes());
        Ok(Flow::Done)
    },
    ..Spec::BLANK
};

/// WAIT.
pub static WAIT: Spec = Spec {
    name: "WAIT",
    arity: 3,
    since: (3, 0),
    flags: &["blocking"],
    syntax: "numreplicas timeout",
    summary: "Waits until so many replicas have this connection's writes; answers how many have.",
    why: "After an XADD that must survive the loss of the master.",
    gotcha: "This server has no replicas: it answers 0, at once or when the time is over.",
    examples: &["WAIT 0 100"],
    run: wait,
    ..Spec::BLANK
};

fn wait(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let n_replicas = args.int().map_err(|error| error.at(1))?;
    let text = "ERR timeout is not an integer or out of range";
    let timeout = strict_i64(args.word()?).ok_or_else(|| CommandError::text(text).at(2))?;
    let timeout =
        u64::try_from(timeout).map_err(|_| CommandError::text("ERR timeout is negative").at(2))?;
    if n_replicas <= 0 || ctx.in_exec {
        ctx.out.int(0);
        return Ok(Flow::Done);
    }
    Ok(Flow::Block(BlockOn {
        keys: Vec::new(),
        wait: Wait::Time,
        deadline: None,
        retry_at: (timeout != 0).then(|| ctx.now.saturating_add(timeout)),
        polls: false,
        rerun: ["WAIT", "0", "0"].map(str::as_bytes).into_iter().collect(),
        member: None,
    }))
}

const FLUSH_LIKE: Spec = Spec {
    arity: -2,
    syntax: "[ASYNC | SYNC]",
    group: "server",
    flags: &["noscript", "write"],
    gotcha: "This server runs no scripts, so there is never anything to forget.",
    run: flush,
    ..Spec::BLANK
};

/// FUNCTION.
pub static FUNCTION: Spec = Spec {
    name: "FUNCTION",
    arity: -2,
    since: (7, 0),
    group: "server",
    summary: "Forgets all functions; this server has none and can have none.",
    why: "Test harnesses call FUNCTION FLUSH to be sure of an empty server.",
    subcommands: &[&FUNCTION_FLUSH],
    ..Spec::BLANK
};

static FUNCTION_FLUSH: Spec = Spec {
    name: "FUNCTION FLUSH",
    since: (7, 0),
    summary: "Forgets all functions.",
    why: "Test harnesses call it to be sure of an empty server.",
    examples: &["FUNCTION FLUSH"],
    ..FLUSH_LIKE
};

/// SCRIPT.
pub static SCRIPT: Spec = Spec {
    name: "SCRIPT",
    arity: -2,
    since: (2, 6),
    group: "server",
    summary: "Forgets all scripts; this server has none and can have none.",
    why: "Test harnesses call SCRIPT FLUSH to be sure of an empty server.",
    subcommands: &[&SCRIPT_FLUSH],
    ..Spec::BLANK
};

static SCRIPT_FLUSH: Spec = Spec {
    name: "SCRIPT FLUSH",
    since: (2, 6),
    options_since: &[("ASYNC", (6, 2)), ("SYNC", (6, 2))],
    summary: "Forgets all scripts.",
    why: "Test harnesses call it to be sure of an empty server.",
    examples: &["SCRIPT FLUSH"],
    ..FLUSH_LIKE
};

fn flush(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let is_script = args.words().first().is_some_and(|word| word.eq_ignore_ascii_case(b"SCRIPT"));
    if 1 < args.n_left() {
        let container = if is_script { "SCRIPT" } else { "FUNCTION" };
        return Err(wrong_subcommand(b"FLUSH", container));
    }
    if args.peek().is_some() && !(args.eat("ASYNC") || args.eat("SYNC")) {
        return Err(CommandError::text(match is_script {
            true => "ERR SCRIPT FLUSH only support SYNC|ASYNC option",
            false => "ERR FUNCTION FLUSH only supports SYNC|ASYNC option",
        })
        .at(2));
    }
    ctx.out.ok();
    Ok(Flow::Done)
}
