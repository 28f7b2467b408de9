//! A reply as redis-cli prints it.

use crate::resp::{Value, decode};

/// The lines of a reply. Bytes that are no reply are shown as such.
pub fn lines(bytes: &[u8]) -> Vec<String> {
    let mut lines = Vec::new();
    match decode(bytes) {
        Ok((value, _)) => push(&value, "", "", &mut lines),
        Err(_) => lines.push("(a reply that cannot be read)".to_owned()),
    }
    lines
}

fn push(value: &Value, first: &str, rest: &str, lines: &mut Vec<String>) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match value {
        Value::Simple(bytes) | Value::Double(bytes) | Value::Verbatim(bytes) => {
            lines.push(format!("{first}{}", text(bytes)));
        }
        Value::Error(bytes) => lines.push(format!("{first}(error) {}", text(bytes))),
        Value::Int(n) => lines.push(format!("{first}(integer) {n}")),
        Value::Bulk(bytes) => lines.push(format!("{first}\"{}\"", text(bytes))),
        Value::NilBulk | Value::NilArray | Value::Null => lines.push(format!("{first}(nil)")),
        Value::Bool(truth) => lines.push(format!("{first}({truth})")),
        Value::Array(items) | Value::Set(items) | Value::Push(items) => {
            push_list(items.iter(), first, rest, lines);
        }
        Value::Map(pairs) => {
            push_list(pairs.iter().flat_map(|(k, v)| [k, v]), first, rest, lines);
        }
    }
}

fn push_list<'a>(
    items: impl Iterator<Item = &'a Value>,
    first: &str,
    rest: &str,
    lines: &mut Vec<String>,
) {
    let mut indent = first.to_owned();
    let mut n = 0;
    for (idx, item) in items.enumerate() {
        n = idx + 1;
        let head = format!("{n}) ");
        let inner = format!("{rest}{}", " ".repeat(head.len()));
        push(item, &format!("{indent}{head}"), &inner, lines);
        rest.clone_into(&mut indent);
    }
    if n == 0 {
        lines.push(format!("{first}(empty array)"));
    }
}
