//! A reply as redis-cli prints it.

use crate::limits::REPLY_LINES_SHOWN_MAX;
use crate::resp::layout;
use crate::view::text;

/// The lines of a reply. Bytes that are no reply (there is no such case that we know of) say so.
pub fn lines(bytes: &[u8]) -> Vec<String> {
    match layout(bytes) {
        Ok(text) => text.lines().map(str::to_owned).collect(),
        Err(_) => vec![text::REPLY_UNREADABLE.to_owned()],
    }
}

/// What of a reply's lines is shown, and how many more there are: what a button then shows (`all`).
pub fn shown(lines: &[String], all: bool) -> (&[String], usize) {
    let n_shown = if all { lines.len() } else { lines.len().min(REPLY_LINES_SHOWN_MAX) };
    (&lines[..n_shown], lines.len() - n_shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reply_says_how_many_lines_are_not_shown() {
        let lines: Vec<String> = (0..REPLY_LINES_SHOWN_MAX + 7).map(|n| n.to_string()).collect();
        let (first, n_more) = shown(&lines, false);
        assert_eq!((first.len(), n_more), (REPLY_LINES_SHOWN_MAX, 7));
        assert_eq!(text::show_more_lines(n_more), "Show 7 more lines");
        assert_eq!(shown(&lines, true), (&lines[..], 0));
        assert_eq!(shown(&lines[7..], false), (&lines[7..], 0));
    }
}
