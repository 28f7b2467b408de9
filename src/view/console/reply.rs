//! A reply as redis-cli prints it.

use crate::resp::layout;
use crate::view::text;

/// The lines of a reply. Bytes that are no reply (there is no such case that we know of) say so.
pub fn lines(bytes: &[u8]) -> Vec<String> {
    match layout(bytes) {
        Ok(text) => text.lines().map(str::to_owned).collect(),
        Err(_) => vec![text::REPLY_UNREADABLE.to_owned()],
    }
}
