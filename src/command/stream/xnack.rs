//! XNACK: gives an entry back without having done it.

use super::{ids, no_group};
use crate::command::args::strict_i64;
use crate::command::error::c_name;
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
    let Some(StreamMut { stream, mut rec }) = ctx.store.stream_mut(ctx.db, key, ctx.now)? else {
        return Err(no_group(key, name));
    };
    let Some(mut group) = stream.group_mut(name) else { return Err(no_group(key, name)) };
    let mut nack = Nack { mode: mode(args)?, retry_count: None, force: false };
    let (words, first_idx) = options(args, &mut nack)?;
    let mut n_released = 0;
    for id in ids::all(words, first_idx)? {
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

/// `IDS numids id [id ...] [RETRYCOUNT count] [FORCE]` in any order; the ids, not looked at yet,
/// and where they begin. Of several blocks of them the last one counts.
fn options<'a>(
    args: &mut Args<'a>,
    nack: &mut Nack,
) -> Result<(&'a [&'a [u8]], usize), CommandError> {
    let mut ids = None;
    while 0 < args.n_left() {
        let idx = args.position();
        let has_value = 2 <= args.n_left();
        if has_value && args.eat("IDS") {
            let n_ids = strict_i64(args.word()?).and_then(|n| i32::try_from(n).ok());
            let n_ids = n_ids.and_then(|n| usize::try_from(n).ok()).filter(|&n| n != 0);
            let positive = || CommandError::text("ERR numids must be a positive integer");
            let n_ids = n_ids.ok_or_else(|| positive().at(idx + 1))?;
            let mismatch = || CommandError::text("ERR number of IDs doesn't match numids");
            let words = args.take(n_ids).ok_or_else(|| mismatch().at(idx + 1))?;
            ids = Some((words, idx + 2));
        } else if has_value && args.eat("RETRYCOUNT") {
            let n = args.int().map_err(|error| error.at(idx + 1))?;
            let negative = |_| CommandError::text("ERR Invalid RETRYCOUNT value, must be >= 0");
            nack.retry_count = Some(u64::try_from(n).map_err(negative)?);
        } else if args.eat("FORCE") {
            nack.force = true;
        } else {
            let word = c_name(args.word()?);
            let error = CommandError::format(&[b"ERR Unrecognized XNACK option '", word, b"'"]);
            return Err(error.at(idx));
        }
    }
    ids.ok_or_else(|| CommandError::text("ERR syntax error, expected IDS keyword"))
}
