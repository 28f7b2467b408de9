//! XLEN: how many entries a stream holds.

use crate::command::{Args, CommandError, Ctx, Flow, Spec};

/// `XLEN key`
pub static XLEN: Spec = Spec {
    name: "XLEN",
    arity: 2,
    since: (5, 0),
    group: "stream",
    flags: &["readonly", "fast"],
    keys: (1, 1, 1),
    syntax: "key",
    options_since: &[],
    complexity: "O(1)",
    summary: "Counts the entries that a stream holds now.",
    why: "Use it to see how long the log has grown, and whether trimming keeps up.",
    gotcha: "It counts what is stored, not what is waiting: for the work that a group has left, \
             look at lag in XINFO GROUPS. A stream with 0 entries still exists.",
    examples: &["XLEN orders"],
    subcommands: &[],
    run,
};

fn run(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let n = match ctx.stream(args.word()?)? {
        Some(stream) => stream.len(),
        None => 0,
    };
    ctx.out.int(n as i64);
    Ok(Flow::Done)
}
