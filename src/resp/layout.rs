//! Replies as redis-cli prints them on a terminal.

use super::escape::escape_into;
use super::value::{Cursor, DecodeError, Part, Parts, Value, Walk};
use super::writer::Digits;

/// The reply at the start of `bytes` as redis-cli prints it, without the last line end. What is no
/// UTF-8 was escaped, except in statuses, errors and verbatim strings, which redis-cli prints as
/// they are.
///
/// # Errors
/// As [`super::decode`].
pub fn layout(bytes: &[u8]) -> Result<String, DecodeError> {
    // Most replies are short; what numbers and indents add to a long one is less than its lengths
    // and line ends.
    let mut out = Vec::with_capacity(bytes.len() + 16);
    write_value(&mut Cursor::new(bytes), 0, 0, &mut out)?;
    Ok(text(out))
}

/// The same of a reply that was read already.
pub fn layout_value(value: &Value) -> String {
    let mut out = Vec::new();
    // A value is complete: none of its parts can be missing.
    let _ = write_value(&mut Walk(vec![value]), 0, 0, &mut out);
    text(out)
}

fn text(mut lines: Vec<u8>) -> String {
    lines.pop();
    String::from_utf8(lines)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// Writes a value and a line end. Its further lines begin with `indent` blanks: the first stands
/// behind what the caller wrote.
fn write_value<'a>(
    reply: &mut impl Parts<'a>,
    depth: usize,
    indent: usize,
    out: &mut Vec<u8>,
) -> Result<(), DecodeError> {
    match reply.part(depth)? {
        Part::Simple(text) => line(b"", text, out),
        Part::Error(text) => line(b"(error) ", text, out),
        Part::Int(n) => line(b"(integer) ", Digits::new().of(n), out),
        Part::Double(text) => line(b"(double) ", text, out),
        Part::NilBulk | Part::NilArray | Part::Null => line(b"(nil)", b"", out),
        Part::Bool(true) => line(b"(true)", b"", out),
        Part::Bool(false) => line(b"(false)", b"", out),
        Part::Bulk(bytes) => {
            out.push(b'"');
            escape_into(bytes, out);
            out.extend_from_slice(b"\"\n");
        }
        // The kind (`txt:`) is for programs.
        Part::Verbatim(bytes) => line(b"", bytes.get(4..).unwrap_or(bytes), out),
        Part::Array(0) => line(b"(empty array)", b"", out),
        Part::Set(0) => line(b"(empty set)", b"", out),
        Part::Push(0) => line(b"(empty push)", b"", out),
        Part::Map(0) => line(b"(empty hash)", b"", out),
        Part::Array(n) | Part::Push(n) => return items(reply, n, (b')', 1), depth, indent, out),
        Part::Set(n) => return items(reply, n, (b'~', 1), depth, indent, out),
        Part::Map(n) => return items(reply, n, (b'#', 2), depth, indent, out),
    }
    Ok(())
}

fn line(start: &[u8], text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(start);
    out.extend_from_slice(text);
    out.push(b'\n');
}

/// The elements of a list, or with `n_parts` of 2 the pairs of a map, each behind its number.
fn items<'a>(
    reply: &mut impl Parts<'a>,
    n: usize,
    (mark, n_parts): (u8, usize),
    depth: usize,
    indent: usize,
    out: &mut Vec<u8>,
) -> Result<(), DecodeError> {
    let width = n_digits(n);
    for i in 0..n {
        number(i, width, mark, indent, out);
        for part_idx in 0..n_parts {
            if part_idx != 0 {
                out.pop();
                out.extend_from_slice(b" => ");
            }
            write_value(reply, depth + 1, indent + width + 2, out)?;
        }
    }
    Ok(())
}

/// ` 3) `: the number of an element, right-aligned; only the first stands on a line begun before.
fn number(i: usize, width: usize, mark: u8, indent: usize, out: &mut Vec<u8>) {
    let blanks = if i == 0 { 0 } else { indent };
    let mut digits = Digits::new();
    let digits = digits.of(i as i64 + 1);
    out.resize(out.len() + blanks + width - digits.len(), b' ');
    out.extend_from_slice(digits);
    out.extend_from_slice(&[mark, b' ']);
}

fn n_digits(n: usize) -> usize {
    n.checked_ilog10().map_or(1, |log| log as usize + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resp::decode;

    #[track_caller]
    fn check(bytes: &str, expected: &str) {
        assert_eq!(layout(bytes.as_bytes()).as_deref(), Ok(expected));
        let (value, _) = decode(bytes.as_bytes()).unwrap();
        assert_eq!(layout_value(&value), expected);
    }

    #[test]
    fn single_values() {
        check("+OK\r\n", "OK");
        check("-ERR no such key\r\n", "(error) ERR no such key");
        check(":-7\r\n", "(integer) -7");
        check("$-1\r\n", "(nil)");
        check("*-1\r\n", "(nil)");
        check("_\r\n", "(nil)");
        check("#t\r\n", "(true)");
        check(",1.5\r\n", "(double) 1.5");
        check("$6\r\na\"\\\r\n\x01\r\n", "\"a\\\"\\\\\\r\\n\\x01\"");
        check("=8\r\ntxt:a\"\nb\r\n", "a\"\nb");
        check("*0\r\n", "(empty array)");
        check("%0\r\n", "(empty hash)");
        check("~0\r\n", "(empty set)");
    }

    #[test]
    fn nested_arrays_are_indented_by_the_width_of_their_number() {
        let entry = "*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n";
        check(
            &format!("*2\r\n{entry}{entry}"),
            "1) 1) \"1-0\"\n   2) 1) \"f\"\n      2) \"v\"\n\
             2) 1) \"1-0\"\n   2) 1) \"f\"\n      2) \"v\"",
        );
        let ten = format!("*10\r\n{}", ":1\r\n".repeat(9) + "*2\r\n:1\r\n:2\r\n");
        let text = layout(ten.as_bytes()).unwrap();
        assert!(text.starts_with(" 1) (integer) 1\n 2) "));
        assert!(text.ends_with("10) 1) (integer) 1\n    2) (integer) 2"));
    }

    #[test]
    fn maps_and_sets_have_marks_of_their_own() {
        check(
            "%2\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n*2\r\n:1\r\n:2\r\n",
            "1# \"a\" => (integer) 1\n2# \"b\" => 1) (integer) 1\n   2) (integer) 2",
        );
        check("~2\r\n:1\r\n:2\r\n", "1~ (integer) 1\n2~ (integer) 2");
    }

    #[test]
    fn what_is_cut_off_or_too_deep_is_no_reply() {
        let whole = b"%1\r\n$2\r\nab\r\n*2\r\n:1\r\n:2\r\n";
        assert!(layout(whole).is_ok());
        for len in 0..whole.len() {
            assert_eq!(layout(&whole[..len]), Err(DecodeError::Incomplete), "{len}");
        }
        assert!(matches!(layout("*1\r\n".repeat(100).as_bytes()), Err(DecodeError::Invalid(_))));
    }
}
