//! A typed line as words, by the quoting rules of redis-cli, each with the place where it stands.

use std::ops::Range;

/// One word of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token {
    /// What the word means: quotes taken off, escapes resolved.
    pub value: Vec<u8>,
    /// Where it stands in the line, quotes included, in bytes.
    pub span: Range<usize>,
}

/// A quote that is not closed, or closed in the middle of a word. `at` is where it opens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unbalanced {
    /// The byte at which the quote opens.
    pub at: usize,
}

impl Unbalanced {
    /// What redis-cli says.
    pub const MESSAGE: &'static str = "Invalid argument(s)";
}

/// Splits a line into words.
///
/// * `"…"` understands `\n`, `\r`, `\t`, `\b`, `\a`, `\xHH`; any other escaped byte is itself.
/// * `'…'` understands only `\'`.
/// * A closing quote must be followed by a blank or the end of the line.
///
/// # Errors
/// [`Unbalanced`]: redis-cli refuses the whole line.
pub fn redis_tokens(line: &[u8]) -> Result<Vec<Token>, Unbalanced> {
    let mut tokens = Vec::with_capacity(8);
    let mut at = 0;
    loop {
        while line.get(at).is_some_and(|&byte| is_blank(byte)) {
            at += 1;
        }
        if line.len() <= at {
            return Ok(tokens);
        }
        let start = at;
        let mut value = Vec::new();
        while let Some(&byte) = line.get(at) {
            match byte {
                b' ' | b'\n' | b'\r' | b'\t' | 0 => break,
                b'"' => at = double_quoted(line, at, &mut value)?,
                b'\'' => at = single_quoted(line, at, &mut value)?,
                _ => {
                    let rest = line.get(at..).unwrap_or_default();
                    let n_plain = rest.iter().position(|byte| !is_plain(*byte));
                    let plain = rest.get(..n_plain.unwrap_or(rest.len())).unwrap_or_default();
                    value.extend_from_slice(plain);
                    at += plain.len();
                }
            }
        }
        tokens.push(Token { value, span: start..at });
        // A NUL ends a word but is no blank: it is skipped, or the loop would stand still.
        at += usize::from(line.get(at) == Some(&0));
    }
}

/// Reads from the opening quote at `open` to behind the closing one.
fn double_quoted(line: &[u8], open: usize, value: &mut Vec<u8>) -> Result<usize, Unbalanced> {
    let mut at = open + 1;
    loop {
        match line.get(at..).unwrap_or_default() {
            [] => return Err(Unbalanced { at: open }),
            [b'"', ..] => return closed(line, at + 1, open),
            [b'\\', b'x', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                value.push(hex_digit(*high) << 4 | hex_digit(*low));
                at += 4;
            }
            [b'\\', escaped, ..] => {
                value.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 0x08,
                    b'a' => 0x07,
                    other => *other,
                });
                at += 2;
            }
            [byte, ..] => {
                value.push(*byte);
                at += 1;
            }
        }
    }
}

fn single_quoted(line: &[u8], open: usize, value: &mut Vec<u8>) -> Result<usize, Unbalanced> {
    let mut at = open + 1;
    loop {
        match line.get(at..).unwrap_or_default() {
            [] => return Err(Unbalanced { at: open }),
            [b'\'', ..] => return closed(line, at + 1, open),
            [b'\\', b'\'', ..] => {
                value.push(b'\'');
                at += 2;
            }
            [byte, ..] => {
                value.push(*byte);
                at += 1;
            }
        }
    }
}

fn closed(line: &[u8], after: usize, open: usize) -> Result<usize, Unbalanced> {
    match line.get(after) {
        Some(&byte) if !is_blank(byte) => Err(Unbalanced { at: open }),
        _ => Ok(after),
    }
}

fn hex_digit(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit - b'A' + 10,
    }
}

/// Whether a byte outside quotes is part of a word and stands for itself.
fn is_plain(byte: u8) -> bool {
    !matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | 0 | b'"' | b'\'')
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r')
}

/// A word as it can be typed: in double quotes if it needs them.
pub fn quoted_if_needed(word: &[u8]) -> String {
    let plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\');
    if !word.is_empty() && word.iter().all(plain) {
        return String::from_utf8_lossy(word).into_owned();
    }
    let mut quoted = vec![b'"'];
    crate::resp::escape_into(word, &mut quoted);
    quoted.push(b'"');
    String::from_utf8_lossy(&quoted).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &[(&str, &str)]) {
        let tokens = redis_tokens(line.as_bytes()).unwrap();
        let found: Vec<_> = tokens
            .iter()
            .map(|token| {
                (String::from_utf8_lossy(&token.value).into_owned(), &line[token.span.clone()])
            })
            .collect();
        let found: Vec<_> = found.iter().map(|(value, text)| (value.as_str(), *text)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn words_and_their_places() {
        check("", &[]);
        check("  PING \t", &[("PING", "PING")]);
        check("SET k 'a b'", &[("SET", "SET"), ("k", "k"), ("a b", "'a b'")]);
        check(r#"ECHO "a\"b\n\x41\q""#, &[("ECHO", "ECHO"), ("a\"b\nAq", r#""a\"b\n\x41\q""#)]);
        check(r"ECHO 'a\'b\n'", &[("ECHO", "ECHO"), ("a'b\\n", r"'a\'b\n'")]);
        check(r#"a"b c" ''"#, &[("ab c", r#"a"b c""#), ("", "''")]);
        check(r#""\xzz""#, &[("xzz", r#""\xzz""#)]);
    }

    #[test]
    fn quotes_must_be_closed_before_a_blank() {
        for (line, at) in [("ECHO \"a", 5), ("ECHO 'a", 5), ("\"a\"b", 0), ("'a'\"b\"", 0)] {
            assert_eq!(redis_tokens(line.as_bytes()), Err(Unbalanced { at }), "{line}");
        }
    }

    #[test]
    fn a_quoted_word_reads_back() {
        let words: [&[u8]; 5] = [b"plain", b"", b"a b", b"\"'\\", b"\x00\xff\r\n"];
        for word in words {
            let tokens = redis_tokens(quoted_if_needed(word).as_bytes()).unwrap();
            assert_eq!(tokens.len(), 1);
            assert_eq!(tokens[0].value, word);
        }
    }
}
