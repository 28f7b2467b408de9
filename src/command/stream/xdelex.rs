//! XDELEX: XDEL that minds the groups.

use super::{ids, tail};
use crate::command::{Args, CommandError, Ctx, Flow, Spec, notify};
use crate::engine::{DeleteOutcome, StreamMut};

/// `XDELEX key [KEEPREF | DELREF | ACKED] IDS numids id [id ...]`
pub static XDELEX: Spec = Spec {
    name: "XDELEX",
    arity: -5,
    since: (8, 2),
    group: "stream",
    flags: &["write", "fast"],
    keys: (1, 1, 1),
    syntax: "key [KEEPREF | DELREF | ACKED] IDS numids id [id ...]",
    options_since: &[],
    complexity: "O(1) for each id, times the number of groups with DELREF or ACKED",
    summary: "Removes entries by id and decides what becomes of the groups that know them.",
    why: "ACKED removes only what every group has finished; DELREF also clears the pending lists, \
          so that nobody is handed an id without fields.",
    gotcha: "One answer for each id: 1 deleted, -1 not there, 2 kept because a group still needs \
             it. With ACKED even an id that does not exist gives 2 while a group has not got that \
             far.",
    examples: &["XDELEX orders ACKED IDS 1 1700000000000-0"],
    subcommands: &[],
    run,
};

fn run(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let key = args.word()?;
    ctx.stream(key)?;
    let (refs, ids) = tail::with_ref_policy(args)?;
    ctx.out.array(ids.words.len());
    let mut n_deleted = 0;
    match ctx.store.stream_mut(ctx.db, key, ctx.now)? {
        None => ids.words.iter().for_each(|_| ctx.out.int(code(DeleteOutcome::Missing))),
        Some(StreamMut { stream, mut rec }) => {
            for id in ids::all(ids.words, ids.first_idx)? {
                let outcome = stream.delete_ex(id, refs, &mut rec);
                ctx.out.int(code(outcome));
                n_deleted += u64::from(outcome == DeleteOutcome::Deleted);
            }
        }
    }
    if n_deleted != 0 {
        ctx.notify(notify::STREAM, "xdel", key);
    }
    Ok(Flow::Done)
}

/// The answer for one id.
pub fn code(outcome: DeleteOutcome) -> i64 {
    match outcome {
        DeleteOutcome::Missing => -1,
        DeleteOutcome::Deleted => 1,
        DeleteOutcome::Referenced => 2,
    }
}
