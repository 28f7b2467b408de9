//! One line of the console as words, and words as a line.

use crate::command::tokenize::{Unbalanced, redis_tokens};

/// The words of a line, in redis-cli's quoting.
///
/// # Errors
/// When a quote is not closed, or is followed by more of the word.
pub fn split(line: &str) -> Result<Vec<Vec<u8>>, Unbalanced> {
    let tokens = redis_tokens(line.as_bytes())?;
    Ok(tokens.into_iter().map(|token| token.value).collect())
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
        check(r"back\slash", &[br"back\slash"]);
        check("ключ", &["ключ".as_bytes()]);
        check(r#""\xZZ""#, &[b"xZZ"]);
    }
}
