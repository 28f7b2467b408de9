//! One line of the console as words, and words as a line.

use std::fmt;

/// The words of a line, in redis-cli's quoting: `"…"` with `\n`, `\x41` and the like, `'…'` with
/// `\'` only; a closing quote must end its word.
///
/// # Errors
/// [`UnbalancedQuotes`] when a quote is not closed, or is followed by more of the word.
pub fn split(line: &str) -> Result<Vec<Vec<u8>>, UnbalancedQuotes> {
    let mut words = Vec::new();
    let mut rest = line.as_bytes();
    loop {
        rest = rest.trim_ascii_start();
        if rest.is_empty() {
            return Ok(words);
        }
        let (word, after) = take_word(rest)?;
        words.push(word);
        rest = after;
    }
}

fn take_word(mut rest: &[u8]) -> Result<(Vec<u8>, &[u8]), UnbalancedQuotes> {
    let mut word = Vec::new();
    while let Some((&byte, after)) = rest.split_first() {
        match byte {
            b'"' | b'\'' => {
                rest = take_quoted(byte, after, &mut word)?;
                return match rest.first() {
                    Some(next) if !next.is_ascii_whitespace() => Err(UnbalancedQuotes),
                    _ => Ok((word, rest)),
                };
            }
            _ if byte.is_ascii_whitespace() => break,
            _ => word.push(byte),
        }
        rest = after;
    }
    Ok((word, rest))
}

fn take_quoted<'a>(
    quote: u8,
    mut rest: &'a [u8],
    word: &mut Vec<u8>,
) -> Result<&'a [u8], UnbalancedQuotes> {
    loop {
        let (byte, n_taken) = match (quote, rest) {
            (_, []) => return Err(UnbalancedQuotes),
            (_, [byte, after @ ..]) if *byte == quote => return Ok(after),
            (b'"', [b'\\', b'x', high, low, ..])
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                (hex(*high) << 4 | hex(*low), 4)
            }
            (b'"', [b'\\', escaped, ..]) => (unescape(*escaped), 2),
            (b'\'', [b'\\', b'\'', ..]) => (b'\'', 2),
            (_, [byte, ..]) => (*byte, 1),
        };
        word.push(byte);
        rest = rest.get(n_taken..).unwrap_or_default();
    }
}

fn unescape(byte: u8) -> u8 {
    match byte {
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
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit.wrapping_sub(b'A').wrapping_add(10),
    }
}

/// Words as a line that [`split`] takes apart into the same words: quoted where it must be.
pub fn join<W: AsRef<[u8]>>(words: &[W]) -> String {
    let mut line = String::with_capacity(words.iter().map(|word| word.as_ref().len() + 1).sum());
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        push_quoted(&mut line, word.as_ref());
    }
    line
}

fn push_quoted(line: &mut String, word: &[u8]) {
    let plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\');
    if !word.is_empty() && word.iter().all(plain) {
        line.extend(word.iter().map(|byte| char::from(*byte)));
        return;
    }
    line.push('"');
    for byte in word {
        match byte {
            b'"' | b'\\' => line.extend(['\\', char::from(*byte)]),
            b'\n' => line.push_str("\\n"),
            b'\r' => line.push_str("\\r"),
            b'\t' => line.push_str("\\t"),
            b' '..=b'~' => line.push(char::from(*byte)),
            _ => line.push_str(&format!("\\x{byte:02x}")),
        }
    }
    line.push('"');
}

/// A quote was not closed, or its word went on behind it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnbalancedQuotes;

impl fmt::Display for UnbalancedQuotes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // redis-cli's own words.
        f.write_str("Invalid argument(s)")
    }
}

impl std::error::Error for UnbalancedQuotes {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &[&[u8]]) {
        let words = split(line).unwrap();
        assert_eq!(words, expected);
        assert_eq!(split(&join(&words)).unwrap(), words);
    }

    #[test]
    fn words_are_quoted_as_in_redis_cli() {
        check("", &[]);
        check("  XADD  s\t* f v ", &[b"XADD", b"s", b"*", b"f", b"v"]);
        check(r#"SET k "a b\n\"\x41\xff""#, &[b"SET", b"k", b"a b\n\"A\xff"]);
        check(r"SET k 'it\'s \n'", &[b"SET", b"k", br"it's \n"]);
        check(r#""" ''"#, &[b"", b""]);
        check("a\"b\" c", &[b"ab", b"c"]);
        check(r"back\slash", &[br"back\slash"]);
        check("ключ", &["ключ".as_bytes()]);
        check(r#""\xZZ""#, &[b"xZZ"]);
    }

    #[test]
    fn open_quotes_are_an_error() {
        for line in ["\"a", "'a", "\"a\"b", "'a'b c", "\"a\\\"", "SET k \"v"] {
            assert_eq!(split(line), Err(UnbalancedQuotes), "{line}");
        }
    }
}
