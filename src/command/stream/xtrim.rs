//! XTRIM: forgets the oldest entries.

use super::trim_options::TrimOptions;
use crate::command::{Args, CommandError, Ctx, Flow, Profile, Spec, notify};
use crate::engine::{StreamMut, Trim};

/// `XTRIM key <MAXLEN | MINID> [= | ~] threshold [LIMIT count] [KEEPREF | DELREF | ACKED]`
pub static XTRIM: Spec = Spec {
    name: "XTRIM",
    arity: -4,
    since: (5, 0),
    group: "stream",
    flags: &["write"],
    keys: (1, 1, 1),
    syntax: "key <MAXLEN | MINID> [= | ~] threshold [LIMIT count] [KEEPREF | DELREF | ACKED]",
    options_since: &[
        ("MINID", (6, 2)),
        ("LIMIT", (6, 2)),
        ("KEEPREF", (8, 2)),
        ("DELREF", (8, 2)),
        ("ACKED", (8, 2)),
    ],
    complexity: "O(n) in the entries removed",
    summary: "Removes the oldest entries: all but the newest MAXLEN, or all below MINID.",
    why: "A log grows until somebody trims it. MAXLEN bounds the memory, MINID the age (an id \
          begins with a time).",
    gotcha: "With ~ only whole nodes go (100 entries each by default), so a short stream may not \
             shrink at all; that is what makes it cheap. Trimming does not ask the groups: without \
             ACKED it removes entries that nobody has read yet.",
    examples: &["XTRIM orders MAXLEN 1000", "XTRIM orders MAXLEN ~ 1000 LIMIT 500"],
    subcommands: &[],
    run,
};

fn run(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let key = args.word()?;
    let trim = parse(args, ctx.profile, ctx.node_entries_max())?;
    let n = match ctx.stream_mut(key)? {
        Some(StreamMut { stream, mut rec }) => stream.trim(&trim, &mut rec),
        None => 0,
    };
    ctx.out.int(n as i64);
    if n != 0 {
        ctx.notify(notify::STREAM, "xtrim", key);
    }
    Ok(Flow::Done)
}

/// Reads the options.
pub fn parse(
    args: &mut Args<'_>,
    profile: Profile,
    node_entries_max: i64,
) -> Result<Trim, CommandError> {
    let mut options = TrimOptions::default();
    while 0 < args.n_left() {
        let word_idx = args.position();
        if !options.eat(args, profile)? {
            return Err(CommandError::Syntax.at(word_idx));
        }
    }
    let no_strategy =
        || CommandError::text("ERR syntax error, XTRIM must be called with a trimming strategy");
    // Said before `LIMIT 0` is found to lack the `~`: tests/differ/cases/xadd-limit.txt.
    if options.asks_for_nothing() {
        return Err(no_strategy());
    }
    options.finish(profile, node_entries_max)?.ok_or_else(no_strategy)
}
