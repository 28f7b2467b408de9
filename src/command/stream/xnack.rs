//! XNACK: gives an entry back without having done it.

use super::{ids, no_group, tail};
use crate::command::args::strict_i64;
use crate::command::{Args, CommandError, Ctx, Flow, Spec};
use crate::engine::{Nack, NackMode, StreamMut};

/// `XNACK key group <SILENT | FAIL | FATAL> IDS numids id [id ...] [RETRYCOUNT count] [FORCE]`
pub static XNACK: Spec = Spec {
    name: "XNACK",
    arity: -7,
    since: (8, 8),
    group: "stream",
    flags: &["write", "fast"],
    keys: (1, 1, 1),
    syntax: "key group <SILENT | FAIL | FATAL> IDS numids id [id ...] [RETRYCOUNT count] [FORCE]",
    options_since: &[],
    complexity: "O(1) for each id",
    summary: "Gives pending entries back: they belong to nobody and can be claimed at once.",
    why: "A consumer that knows it cannot do the work need not let the others wait for the idle \
          time. SILENT takes the delivery off the count, FAIL keeps it, FATAL marks the entry as \
          poison.",
    gotcha: "The entry stays pending for the group, with an empty consumer name and an idle time \
             of -1 in XPENDING; only a claim (XCLAIM, XAUTOCLAIM, XREADGROUP CLAIM) hands it out \
             again.",
    examples: &["XNACK orders billing FAIL IDS 1 1700000000000-0"],
    subcommands: &[],
    run,
};

fn run(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let [key, name] = [args.word()?, args.word()?];
    let mut nack = Nack { mode: mode(args)?, retry_count: None, force: false };
    let ids = tail::parse(args, |args| {
        let idx = args.position();
        if 2 <= args.n_left() && args.eat("RETRYCOUNT") {
            let n = strict_i64(args.word()?).and_then(|n| u64::try_from(n).ok());
            let text = "ERR RETRYCOUNT must be a non-negative integer";
            nack.retry_count = Some(n.ok_or_else(|| CommandError::text(text).at(idx + 1))?);
            return Ok(true);
        }
        let force = args.eat("FORCE");
        nack.force |= force;
        Ok(force)
    })?;
    let Some(StreamMut { stream, mut rec }) = ctx.store.stream_mut(ctx.db, key, ctx.now)? else {
        return Err(no_group(key, name));
    };
    let Some(mut group) = stream.group_mut(name) else { return Err(no_group(key, name)) };
    let mut n_released = 0;
    for id in ids::all(ids.words, ids.first_idx)? {
        n_released += i64::from(group.nack(id, &nack, &mut rec));
    }
    ctx.out.int(n_released);
    Ok(Flow::Done)
}

fn mode(args: &mut Args<'_>) -> Result<NackMode, CommandError> {
    let idx = args.position();
    let modes =
        [("SILENT", NackMode::Silent), ("FAIL", NackMode::Fail), ("FATAL", NackMode::Fatal)];
    let found = modes.into_iter().find(|(word, _)| args.eat(word));
    let unknown = || CommandError::text("ERR mode must be SILENT, FAIL, or FATAL").at(idx);
    found.map(|(_, mode)| mode).ok_or_else(unknown)
}
