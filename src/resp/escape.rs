//! Bytes as text that can be read and typed again.

/// Appends bytes with Redis's escapes for what cannot be printed; without the quotes around them.
pub fn escape_into(bytes: &[u8], out: &mut Vec<u8>) {
    let is_special = |byte: &u8| !matches!(byte, 0x20..=0x7e) || matches!(byte, b'\\' | b'"');
    let mut rest = bytes;
    // Most bytes stand for themselves, and are copied many at a time.
    while let Some(at) = rest.iter().position(is_special) {
        let (plain, from_special) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((&byte, after)) = from_special.split_first() else { break };
        rest = after;
        match byte {
            b'\\' | b'"' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x07 => out.extend_from_slice(b"\\a"),
            0x08 => out.extend_from_slice(b"\\b"),
            _ => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                let (high, low) = (usize::from(byte >> 4), usize::from(byte & 15));
                out.extend_from_slice(&[b'\\', b'x', HEX[high], HEX[low]]);
            }
        }
    }
    out.extend_from_slice(rest);
}
