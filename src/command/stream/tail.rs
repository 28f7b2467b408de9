//! What stands at the end of XDELEX, XACKDEL and XNACK: options in any order, among them
//! `IDS numids id ...`.

use super::trim_options::ref_policy;
use crate::command::args::strict_i64;
use crate::command::{Args, CommandError};
use crate::engine::RefPolicy;

/// The words of one `IDS` block.
#[derive(Clone, Copy, Debug)]
pub struct Ids<'a> {
    /// The ids, not looked at yet.
    pub words: &'a [&'a [u8]],
    /// The index of the first one.
    pub first_idx: usize,
}

/// `[KEEPREF | DELREF | ACKED] IDS numids id [id ...]`, in any order.
pub fn with_ref_policy<'a>(args: &mut Args<'a>) -> Result<(RefPolicy, Ids<'a>), CommandError> {
    let mut policy = None;
    let ids = parse(args, |args| {
        if policy.is_none() {
            policy = ref_policy(args);
            return Ok(policy.is_some());
        }
        Ok(false)
    })?;
    Ok((policy.unwrap_or_default(), ids))
}

/// `IDS numids id [id ...]` among options that `eat` takes. Of several blocks the last one counts.
pub fn parse<'a>(
    args: &mut Args<'a>,
    mut eat: impl FnMut(&mut Args<'a>) -> Result<bool, CommandError>,
) -> Result<Ids<'a>, CommandError> {
    let mut ids = None;
    while 0 < args.n_left() {
        let idx = args.position();
        if 2 <= args.n_left() && args.eat("IDS") {
            ids = Some(block(args)?);
        } else if !eat(args)? {
            return Err(CommandError::Syntax.at(idx));
        }
    }
    ids.ok_or_else(|| CommandError::text("ERR IDS option is required"))
}

fn block<'a>(args: &mut Args<'a>) -> Result<Ids<'a>, CommandError> {
    let idx = args.position();
    let n_ids = strict_i64(args.word()?).and_then(|n| usize::try_from(n).ok()).filter(|&n| n != 0);
    let not_positive = || CommandError::text("ERR Number of IDs must be a positive integer");
    let n_ids = n_ids.ok_or_else(|| not_positive().at(idx))?;
    let first_idx = args.position();
    let mismatch = || {
        let text = "ERR The `numids` parameter must match the number of arguments";
        CommandError::text(text).at(idx)
    };
    let words = args.take(n_ids).ok_or_else(mismatch)?;
    Ok(Ids { words, first_idx })
}
