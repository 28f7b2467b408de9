//! XACK: says that an entry is done.

use super::ids;
use crate::command::{Args, CommandError, Ctx, Flow, Spec};
use crate::engine::StreamMut;

/// `XACK key group id [id ...]`
pub static XACK: Spec = Spec {
    name: "XACK",
    arity: -4,
    since: (5, 0),
    group: "stream",
    flags: &["write", "fast"],
    keys: (1, 1, 1),
    syntax: "key group id [id ...]",
    options_since: &[],
    complexity: "O(1) for each id",
    summary: "Takes entries off a group's pending list: their work is done.",
    why: "Send it after the work, not before: whatever is not acknowledged can be handed out \
          again when a consumer dies.",
    gotcha: "The answer counts entries that were pending. 0 means that there was nothing to \
             acknowledge (wrong id, wrong group, already done), and it is not an error. The entry \
             itself stays in the stream.",
    examples: &["XACK orders billing 1700000000000-0"],
    subcommands: &[],
    run,
};

fn run(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let [key, group] = [args.word()?, args.word()?];
    let mut n_acked = 0;
    if let Some(StreamMut { stream, mut rec }) = ctx.stream_mut(key)?
        && let Some(mut group) = stream.group_mut(group)
    {
        for id in ids::checked(args)? {
            n_acked += i64::from(group.ack(id, &mut rec));
        }
    }
    ctx.out.int(n_acked);
    Ok(Flow::Done)
}
