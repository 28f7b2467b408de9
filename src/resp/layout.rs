//! Replies as redis-cli prints them on a terminal.

use super::Value;
use super::escape::escape_into;

/// The reply as redis-cli prints it, without the last line end. What is no UTF-8 was escaped,
/// except in statuses, errors and verbatim strings, which redis-cli prints as they are.
pub fn layout(value: &Value) -> String {
    // Most replies are short.
    let mut out = Vec::with_capacity(32);
    write_value(value, 0, &mut out);
    out.pop();
    String::from_utf8(out)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// Writes a value and a line end. Its further lines begin with `indent` blanks: the first stands
/// behind what the caller wrote.
fn write_value(value: &Value, indent: usize, out: &mut Vec<u8>) {
    match value {
        Value::Simple(text) => line(b"", text, out),
        Value::Error(text) => line(b"(error) ", text, out),
        Value::Int(n) => line(b"(integer) ", n.to_string().as_bytes(), out),
        Value::Double(text) => line(b"(double) ", text, out),
        Value::NilBulk | Value::NilArray | Value::Null => line(b"(nil)", b"", out),
        Value::Bool(true) => line(b"(true)", b"", out),
        Value::Bool(false) => line(b"(false)", b"", out),
        Value::Bulk(bytes) => {
            out.push(b'"');
            escape_into(bytes, out);
            out.extend_from_slice(b"\"\n");
        }
        // The kind (`txt:`) is for programs.
        Value::Verbatim(bytes) => line(b"", bytes.get(4..).unwrap_or(bytes), out),
        Value::Array(values) => list(values, b')', b"(empty array)", indent, out),
        Value::Set(values) => list(values, b'~', b"(empty set)", indent, out),
        Value::Push(values) => list(values, b')', b"(empty push)", indent, out),
        Value::Map(pairs) => map(pairs, indent, out),
    }
}

fn line(start: &[u8], text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(start);
    out.extend_from_slice(text);
    out.push(b'\n');
}

fn list(values: &[Value], mark: u8, empty: &[u8], indent: usize, out: &mut Vec<u8>) {
    if values.is_empty() {
        return line(empty, b"", out);
    }
    let width = n_digits(values.len());
    for (i, value) in values.iter().enumerate() {
        number(i, width, mark, indent, out);
        write_value(value, indent + width + 2, out);
    }
}

fn map(pairs: &[(Value, Value)], indent: usize, out: &mut Vec<u8>) {
    if pairs.is_empty() {
        return line(b"(empty hash)", b"", out);
    }
    let width = n_digits(pairs.len());
    for (i, (key, value)) in pairs.iter().enumerate() {
        number(i, width, b'#', indent, out);
        write_value(key, indent + width + 2, out);
        out.pop();
        out.extend_from_slice(b" => ");
        write_value(value, indent + width + 2, out);
    }
}

/// ` 3) `: the number of an element, right-aligned; only the first stands on a line begun before.
fn number(i: usize, width: usize, mark: u8, indent: usize, out: &mut Vec<u8>) {
    let blanks = if i == 0 { 0 } else { indent };
    out.resize(out.len() + blanks, b' ');
    out.extend_from_slice(format!("{:>width$}", i + 1).as_bytes());
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
        let (value, _) = decode(bytes.as_bytes()).unwrap();
        assert_eq!(layout(&value), expected);
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
        let (value, _) = decode(ten.as_bytes()).unwrap();
        let text = layout(&value);
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
}
