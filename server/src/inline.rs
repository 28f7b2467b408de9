//! Inline commands: a line as a person types it into telnet, cut into words.
//!
//! Invariant: the same words as Redis finds, quotes and escapes included.

/// Cuts a line into words; `None` when a quote is not closed, or something is glued to its end.
pub fn split_inline(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    // Redis reads the line as a C string.
    let end = line.iter().position(|&byte| byte == 0).unwrap_or(line.len());
    let mut rest = &line[..end];
    let mut words = Vec::new();
    loop {
        while let [first, tail @ ..] = rest
            && is_space(*first)
        {
            rest = tail;
        }
        if rest.is_empty() {
            return Some(words);
        }
        let mut word = Vec::new();
        rest = read_word(rest, &mut word)?;
        words.push(word);
    }
}

/// Reads one word; returns what follows it.
fn read_word<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        match rest {
            [] | [b' ' | b'\t' | b'\r' | b'\n', ..] => return Some(rest),
            [quote @ (b'"' | b'\''), tail @ ..] => {
                let tail = read_quoted(tail, *quote, word)?;
                // A closing quote ends the word, and only a blank may follow it.
                return tail.first().is_none_or(|&next| is_space(next)).then_some(tail);
            }
            [byte, tail @ ..] => {
                word.push(*byte);
                rest = tail;
            }
        }
    }
}

/// Reads up to the closing quote; returns what follows it.
fn read_quoted<'a>(mut rest: &'a [u8], quote: u8, word: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        let (byte, tail) = match rest {
            [] => return None,
            [byte, tail @ ..] if *byte == quote => return Some(tail),
            [b'\\', b'x', high, low, tail @ ..]
                if quote == b'"' && high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                (hex(*high) * 16 + hex(*low), tail)
            }
            [b'\\', escaped, tail @ ..] if quote == b'"' => (unescape(*escaped), tail),
            [b'\\', b'\'', tail @ ..] => (b'\'', tail),
            [byte, tail @ ..] => (*byte, tail),
        };
        word.push(byte);
        rest = tail;
    }
}

fn unescape(escaped: u8) -> u8 {
    match escaped {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'a' => 7,
        other => other,
    }
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

/// C's `isspace`.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | 9..=13)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<&[&[u8]]>) {
        let words = split_inline(line.as_bytes());
        let words: Option<Vec<&[u8]>> =
            words.as_ref().map(|words| words.iter().map(Vec::as_slice).collect());
        assert_eq!(words.as_deref(), expected, "{line:?}");
    }

    #[test]
    fn words_quotes_and_escapes() {
        check("", Some(&[]));
        check("  \t", Some(&[]));
        check(" PING  x ", Some(&[b"PING", b"x"]));
        check(r#"SET k "a b" '' "#, Some(&[b"SET", b"k", b"a b", b""]));
        check(r#""\x00\xfF\n\r\t\a\b\"\\\q""#, Some(&[b"\x00\xff\n\r\t\x07\x08\"\\q"]));
        check(r#""\xg1""#, Some(&[b"xg1"]));
        check(r"'it\'s \n'", Some(&[br"it's \n"]));
        check(r#"pre"fix""#, Some(&[b"prefix"]));
        check("cut\0off", Some(&[b"cut"]));
    }

    #[test]
    fn unbalanced_quotes() {
        for line in ["\"", "'", "a \"b", "\"a\"b", "'a'b", "\"a\\\"", "\"\\"] {
            check(line, None);
        }
    }
}
