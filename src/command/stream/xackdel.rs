//! XACKDEL: acknowledge and delete in one step.

use super::xdelex::code;
use super::{ids, tail};
use crate::command::{Args, CommandError, Ctx, Flow, Spec, notify};
use crate::engine::{DeleteOutcome, StreamMut};

/// `XACKDEL key group [KEEPREF | DELREF | ACKED] IDS numids id [id ...]`
pub static XACKDEL: Spec = Spec {
    name: "XACKDEL",
    arity: -6,
    since: (8, 2),
    group: "stream",
    flags: &["write", "fast"],
    keys: (1, 1, 1),
    syntax: "key group [KEEPREF | DELREF | ACKED] IDS numids id [id ...]",
    options_since: &[],
    complexity: "O(1) for each id, times the number of groups with DELREF or ACKED",
    summary: "Acknowledges entries for a group and removes them from the stream.",
    why: "When the stream is a work queue: finished entries need no trimming. With ACKED an entry \
          goes when the last of several groups is done with it.",
    gotcha: "An id that is not pending in this group gives -1 and is not deleted, even when the \
             entry is there. 2 means acknowledged, but another group still needs the entry.",
    examples: &["XACKDEL orders billing ACKED IDS 1 1700000000000-0"],
    subcommands: &[],
    run,
};

fn run(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let [key, group] = [args.word()?, args.word()?];
    ctx.stream(key)?;
    let (refs, ids) = tail::with_ref_policy(args)?;
    ctx.out.array(ids.words.len());
    let len_before = ctx.stream(key)?.map_or(0, |stream| stream.len());
    match ctx.store.stream_mut(ctx.db, key, ctx.now)? {
        Some(StreamMut { stream, mut rec }) if stream.group(group).is_some() => {
            for id in ids::all(ids.words, ids.first_idx)? {
                ctx.out.int(code(stream.ack_delete(group, id, refs, &mut rec)));
            }
        }
        _ => ids.words.iter().for_each(|_| ctx.out.int(code(DeleteOutcome::Missing))),
    }
    if ctx.stream(key)?.map_or(0, |stream| stream.len()) < len_before {
        ctx.notify(notify::STREAM, "xdel", key);
    }
    Ok(Flow::Done)
}
