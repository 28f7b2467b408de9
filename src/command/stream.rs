//! The commands of streams, one file for each or for a small family.

mod budget;
mod entry;
mod help;
mod idmp;
mod ids;
pub(super) mod read_options;
mod tail;
pub(super) mod trim_options;
pub(super) mod wake_by_key;
mod xack;
mod xackdel;
pub(super) mod xadd;
mod xautoclaim;
mod xclaim;
mod xdel;
mod xdelex;
mod xgroup;
mod xinfo;
mod xlen;
mod xnack;
mod xpending;
mod xrange;
mod xread;
mod xreadgroup;
mod xsetid;
pub(super) mod xtrim;

#[cfg(test)]
mod tests;

pub use idmp::{XCFGSET, XIDMPRECORD};
pub use xack::XACK;
pub use xackdel::XACKDEL;
pub use xadd::XADD;
pub use xautoclaim::XAUTOCLAIM;
pub use xclaim::XCLAIM;
pub use xdel::XDEL;
pub use xdelex::XDELEX;
pub use xgroup::XGROUP;
pub use xinfo::XINFO;
pub use xlen::XLEN;
pub use xnack::XNACK;
pub use xpending::XPENDING;
pub use xrange::{XRANGE, XREVRANGE};
pub use xread::XREAD;
pub use xreadgroup::XREADGROUP;
pub use xsetid::XSETID;
pub use xtrim::XTRIM;

use super::CommandError;
use super::error::c_name;

/// `NOGROUP` as most commands word it.
fn no_group(key: &[u8], group: &[u8]) -> CommandError {
    group_error(key, group, b"").at(2)
}

/// `NOGROUP` with what stands behind it.
fn group_error(key: &[u8], group: &[u8], end: &[u8]) -> CommandError {
    let [key, group] = [key, group].map(c_name);
    let pieces: [&[u8]; 6] =
        [b"NOGROUP No such key '", key, b"' or consumer group '", group, b"'", end];
    CommandError::format(&pieces)
}
