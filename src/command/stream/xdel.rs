//! XDEL: takes entries out of the log.

use super::ids;
use crate::command::{Args, CommandError, Ctx, Flow, Spec, notify};
use crate::engine::StreamMut;

/// `XDEL key id [id ...]`
pub static XDEL: Spec = Spec {
    name: "XDEL",
    arity: -3,
    since: (5, 0),
    group: "stream",
    flags: &["write", "fast"],
    keys: (1, 1, 1),
    syntax: "key id [id ...]",
    options_since: &[],
    complexity: "O(1) for each id",
    summary: "Removes entries from a stream by id and counts those that were there.",
    why: "For the rare entry that must go: personal data, a mistake. To keep a stream short, trim \
          it instead.",
    gotcha: "Groups that have the entry pending keep its id: their consumers get it back as an id \
             without fields. The id is never used again, and the stream stays even when empty.",
    examples: &["XDEL orders 1700000000000-0"],
    subcommands: &[],
    run,
};

fn run(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let key = args.word()?;
    let mut n_deleted = 0;
    if let Some(StreamMut { stream, mut rec }) = ctx.stream_mut(key)? {
        let ids = ids::checked(args)?;
        for id in ids {
            n_deleted += i64::from(stream.delete(id, &mut rec));
        }
    }
    ctx.out.int(n_deleted);
    if n_deleted != 0 {
        ctx.notify(notify::STREAM, "xdel", key);
    }
    Ok(Flow::Done)
}
