//! A reply as the bytes on the wire, made readable.

use std::fmt::Write;

/// One line for each line of the protocol; `\r\n` is written out, other bytes that do not print are
/// `\x..`. The lines of a long reply end with one that says how much is left.
pub fn lines(bytes: &[u8], n_bytes_max: usize) -> Vec<String> {
    let shown = &bytes[..bytes.len().min(n_bytes_max)];
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut rest = shown;
    while let Some((&byte, tail)) = rest.split_first() {
        if let Some(tail) = rest.strip_prefix(b"\r\n") {
            line.push_str("\\r\\n");
            lines.push(std::mem::take(&mut line));
            rest = tail;
            continue;
        }
        push_byte(&mut line, byte);
        rest = tail;
    }
    if !line.is_empty() {
        lines.push(line);
    }
    if shown.len() < bytes.len() {
        lines.push(format!("… {} more bytes", bytes.len() - shown.len()));
    }
    lines
}

fn push_byte(line: &mut String, byte: u8) {
    match byte {
        b'\n' => line.push_str("\\n"),
        b'\r' => line.push_str("\\r"),
        b'\\' => line.push_str("\\\\"),
        0x20..0x7f => line.push(byte as char),
        _ => {
            // Writing to a String cannot fail.
            let _ = write!(line, "\\x{byte:02x}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::RAW_BYTES_MAX;

    #[test]
    fn protocol_lines_become_lines() {
        let bytes = b"*2\r\n$3\r\na\\b\r\n$2\r\n\x00\xff\r\n";
        let expected = ["*2\\r\\n", "$3\\r\\n", "a\\\\b\\r\\n", "$2\\r\\n", "\\x00\\xff\\r\\n"];
        assert_eq!(lines(bytes, 100), expected);
    }

    #[test]
    fn a_cut_is_visible() {
        assert_eq!(lines(b"+OKAY\r\n", 3), ["+OK", "… 4 more bytes"]);
        let long = lines(&[b'x'; RAW_BYTES_MAX + 9], RAW_BYTES_MAX);
        assert_eq!((long[0].len(), long[1].as_str()), (RAW_BYTES_MAX, "… 9 more bytes"));
    }
}
