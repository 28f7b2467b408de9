//! What stands at the end of XDELEX and XACKDEL: a reference policy and `IDS numids id ...`, in any
//! order.

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

/// `[KEEPREF | DELREF | ACKED] IDS numids id [id ...]`, in any order. Of several blocks of ids the
/// last one counts.
pub fn with_ref_policy<'a>(args: &mut Args<'a>) -> Result<(RefPolicy, Ids<'a>), CommandError> {
    let mut policy = None;
    let mut ids = None;
    while 0 < args.n_left() {
        let idx = args.position();
        if 2 <= args.n_left() && args.eat("IDS") {
            ids = Some(block(args)?);
            continue;
        }
        let found = if policy.is_none() { ref_policy(args) } else { None };
        policy = Some(found.ok_or_else(|| CommandError::Syntax.at(idx))?);
    }
    let ids = ids.ok_or_else(|| CommandError::text("ERR IDS option is required"))?;
    Ok((policy.unwrap_or_default(), ids))
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
