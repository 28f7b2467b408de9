//! Entry ids as people and clients write them (`1700-3`, `1700`, `-`, `+`, `(1700-3`).
//!
//! The text is read like Redis reads it, oddities included: `01-7` is `1-7`, ` 3` is `3-0` and
//! `4--01` wraps around to the greatest sequence. Every canonical id takes a short path that never
//! looks at a character twice.

use super::CommandError;
use super::args::strict_i64;
use crate::engine::{NewId, StreamId};

/// Longer texts are no ids, whatever they hold.
const TEXT_BYTES_MAX: usize = 127;

/// One end of a range.
struct Bound {
    id: StreamId,
    /// Written `(id`: the entry with this very id is outside.
    exclusive: bool,
}

/// An id in a place that takes nothing else: no `-`, no `+`, no `(`. A missing sequence is 0.
pub fn strict(text: &[u8]) -> Result<StreamId, CommandError> {
    parse(text, 0).ok_or_else(invalid)
}

/// An id where `-` is the smallest and `+` the greatest.
pub fn loose(text: &[u8]) -> Result<StreamId, CommandError> {
    loose_with(text, 0).ok_or_else(invalid)
}

/// The id of an entry to be added, other than `*`. `1700-*` only where `partial` says so (7.0).
pub fn new_entry(text: &[u8], partial: bool) -> Result<NewId, CommandError> {
    if let Some(id) = canonical(text) {
        return Ok(NewId::Exact(id));
    }
    let text = cut(text).ok_or_else(invalid)?;
    if partial
        && let Some((ms, b"*")) = halves(text)
        && let Some(ms) = half(ms)
    {
        return Ok(NewId::AutoSeq(ms));
    }
    strict(text).map(NewId::Exact)
}

/// The start of a range, with its exclusiveness resolved.
pub fn range_start(text: &[u8]) -> Result<StreamId, CommandError> {
    let bound = bound(text, 0)?;
    if !bound.exclusive {
        return Ok(bound.id);
    }
    let overflow = || CommandError::text("ERR invalid start ID for the interval");
    bound.id.next().ok_or_else(overflow)
}

/// The end of a range, with its exclusiveness resolved. A missing sequence means all of that
/// millisecond.
pub fn range_end(text: &[u8]) -> Result<StreamId, CommandError> {
    let bound = bound(text, u64::MAX)?;
    if !bound.exclusive {
        return Ok(bound.id);
    }
    let overflow = || CommandError::text("ERR invalid end ID for the interval");
    bound.id.prev().ok_or_else(overflow)
}

/// The error of a text that is no id.
pub fn invalid() -> CommandError {
    CommandError::text("ERR Invalid stream ID specified as stream command argument")
}

fn bound(text: &[u8], seq_missing: u64) -> Result<Bound, CommandError> {
    match text {
        [b'(', rest @ ..] if !rest.is_empty() => {
            let id = parse(rest, seq_missing).ok_or_else(invalid)?;
            Ok(Bound { id, exclusive: true })
        }
        _ => {
            let id = loose_with(text, seq_missing).ok_or_else(invalid)?;
            Ok(Bound { id, exclusive: false })
        }
    }
}

fn loose_with(text: &[u8], seq_missing: u64) -> Option<StreamId> {
    match cut(text)? {
        b"-" => Some(StreamId::MIN),
        b"+" => Some(StreamId::MAX),
        text => parse(text, seq_missing),
    }
}

fn parse(text: &[u8], seq_missing: u64) -> Option<StreamId> {
    if let Some(id) = canonical(text) {
        return Some(id);
    }
    let text = cut(text)?;
    match halves(text) {
        Some((ms, seq)) => Some(StreamId::new(half(ms)?, half(seq)?)),
        None => Some(StreamId::new(half(text)?, seq_missing)),
    }
}

/// The short path: `digits-digits`, at most 19 digits each, so that nothing can overflow.
fn canonical(text: &[u8]) -> Option<StreamId> {
    let (ms, rest) = digits(text)?;
    let [b'-', rest @ ..] = rest else { return None };
    let (seq, rest) = digits(rest)?;
    rest.is_empty().then_some(StreamId::new(ms, seq))
}

fn digits(text: &[u8]) -> Option<(u64, &[u8])> {
    let mut n = 0u64;
    let mut len = 0;
    while let Some(digit) = text.get(len).map(|byte| byte.wrapping_sub(b'0')).filter(|&d| d < 10) {
        if len == 19 {
            return None;
        }
        n = n * 10 + u64::from(digit);
        len += 1;
    }
    (0 < len).then(|| (n, &text[len..]))
}

/// The text as C sees it: not too long, and over at the first NUL.
fn cut(text: &[u8]) -> Option<&[u8]> {
    if TEXT_BYTES_MAX < text.len() {
        return None;
    }
    text.split(|&byte| byte == 0).next()
}

/// Both sides of the first `-`.
fn halves(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = text.iter().position(|&byte| byte == b'-')?;
    Some((&text[..at], &text[at + 1..]))
}

/// Half an id: a strict integer that is not negative, or whatever C's `strtoull` makes of it.
fn half(text: &[u8]) -> Option<u64> {
    match strict_i64(text) {
        Some(n) => u64::try_from(n).ok(),
        None => unsigned_as_c_reads_it(text),
    }
}

/// Blanks, one sign, digits to the end; a minus sign negates with wrap-around.
fn unsigned_as_c_reads_it(text: &[u8]) -> Option<u64> {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let start = text.iter().position(|byte| !is_blank(byte))?;
    let (negative, digits) = match &text[start..] {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() {
        return None;
    }
    let mut n = 0u64;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if 9 < digit {
            return None;
        }
        n = n.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    Some(if negative { n.wrapping_neg() } else { n })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(parse: impl Fn(&[u8]) -> Result<StreamId, CommandError>, text: &str, id: &str) {
        let found = match parse(text.as_bytes()) {
            Ok(id) => id.to_string(),
            Err(error) => String::from_utf8_lossy(error.message()).into_owned(),
        };
        assert!(
            found == id || (id == "!" && found.contains("Invalid stream ID")),
            "{text}: {found}"
        );
    }

    #[test]
    fn every_oddity_of_spec_2() {
        for (text, id) in [
            ("1-1", "1-1"),
            ("1", "1-0"),
            ("01-7", "1-7"),
            ("+2", "2-0"),
            (" 3", "3-0"),
            ("\t3-4", "3-4"),
            ("3-+9", "3-9"),
            ("4--01", "4-18446744073709551615"),
            ("4--0", "4-0"),
            ("6-1\0junk", "6-1"),
            (
                "18446744073709551615-18446744073709551615",
                "18446744073709551615-18446744073709551615",
            ),
            ("5--1", "!"),
            ("5--", "!"),
            ("7-", "!"),
            ("-7", "!"),
            ("8 ", "!"),
            ("", "!"),
            ("7-1-1", "!"),
            ("18446744073709551616", "!"),
            ("9-18446744073709551616", "!"),
            ("-", "!"),
            ("+", "!"),
            ("$", "!"),
            (">", "!"),
            ("7-*", "!"),
        ] {
            check(strict, text, id);
        }
        check(strict, &format!("{}1-1", "0".repeat(124)), "1-1");
        check(strict, &format!("{}1-1", "0".repeat(125)), "!");
    }

    #[test]
    fn minus_and_plus_where_they_are_welcome() {
        check(loose, "-", "0-0");
        check(loose, "+", "18446744073709551615-18446744073709551615");
        check(loose, "(1-1", "!");
        check(range_end, "7", "7-18446744073709551615");
        check(range_start, "7", "7-0");
    }

    #[test]
    fn an_exclusive_end_moves_by_one_after_its_sequence_is_filled_in() {
        check(range_start, "(1", "1-1");
        check(range_end, "(1", "1-18446744073709551614");
        check(range_end, "(2-0", "1-18446744073709551615");
        check(range_start, "(1-18446744073709551615", "2-0");
        for text in ["(", "(-", "(+", "(x"] {
            check(range_start, text, "!");
            check(range_end, text, "!");
        }
        let max = "(18446744073709551615-18446744073709551615";
        check(range_start, max, "ERR invalid start ID for the interval");
        check(range_end, "(0-0", "ERR invalid end ID for the interval");
    }

    #[test]
    fn a_new_entry_may_leave_its_sequence_open() {
        assert_eq!(new_entry(b"7-*", true), Ok(NewId::AutoSeq(7)));
        assert_eq!(new_entry(b"07-*\0x", true), Ok(NewId::AutoSeq(7)));
        assert_eq!(new_entry(b"7-3", true), Ok(NewId::Exact(StreamId::new(7, 3))));
        for text in ["**", "7-**", "7-1*", "*-1", "-*"] {
            assert_eq!(new_entry(text.as_bytes(), true), Err(invalid()), "{text}");
        }
        assert_eq!(new_entry(b"7-*", false), Err(invalid()));
    }
}
