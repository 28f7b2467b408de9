//! One line of the console as words, and words as a line.

use std::cell::OnceCell;
use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

use crate::command::Words;
use crate::command::tokenize::{Unbalanced, redis_tokens};

/// A line that was said. That of a service is kept as its words, and made into text when somebody
/// looks at it: most are forgotten unread.
#[derive(Clone)]
pub struct Line {
    words: Option<Rc<Words>>,
    text: OnceCell<Rc<str>>,
}

impl Line {
    /// The text; a service's is quoted so that it could be typed.
    pub fn text(&self) -> &Rc<str> {
        self.text.get_or_init(|| match &self.words {
            Some(words) => join_all(words.iter()).into(),
            None => "".into(),
        })
    }

    /// What says all of it, for hashing and measuring: the same whether or not somebody looked.
    pub fn bytes(&self) -> &[u8] {
        match &self.words {
            Some(words) => words.packed(),
            None => self.text().as_bytes(),
        }
    }
}

impl Deref for Line {
    type Target = str;

    fn deref(&self) -> &str {
        self.text()
    }
}

impl From<&str> for Line {
    fn from(text: &str) -> Line {
        Line::from(Rc::<str>::from(text))
    }
}

impl From<Rc<str>> for Line {
    fn from(text: Rc<str>) -> Line {
        Line { words: None, text: OnceCell::from(text) }
    }
}

impl From<Rc<Words>> for Line {
    fn from(words: Rc<Words>) -> Line {
        Line { words: Some(words), text: OnceCell::new() }
    }
}

impl PartialEq for Line {
    fn eq(&self, other: &Line) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Line {}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

/// The words of a line, in redis-cli's quoting.
///
/// # Errors
/// When a quote is not closed, or is followed by more of the word.
pub fn split(line: &str) -> Result<Vec<Vec<u8>>, Unbalanced> {
    let tokens = redis_tokens(line.as_bytes())?;
    Ok(tokens.into_iter().map(|token| token.value).collect())
}

/// So many words are handed over without an allocation.
const FEW_WORDS: usize = 16;

/// Calls `run` with the words of a line: borrowed from it when it has no quotes, as nearly all
/// lines.
///
/// # Errors
/// As [`split`].
pub fn with_words<R>(line: &str, run: impl FnOnce(&[&[u8]]) -> R) -> Result<R, Unbalanced> {
    let mut few: [&[u8]; FEW_WORDS] = [&[]; FEW_WORDS];
    if let Some(n_words) = plain_words(line.as_bytes(), &mut few) {
        return Ok(run(&few[..n_words]));
    }
    let words = split(line)?;
    let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    Ok(run(&words))
}

/// Puts the words of a line into `words` and says how many there are; `None` if they do not fit, or
/// the line has a byte that is more than part of a word or a blank. Not inlined: were the number of
/// places known here, the loop would be unrolled.
#[inline(never)]
fn plain_words<'a>(line: &'a [u8], words: &mut [&'a [u8]]) -> Option<usize> {
    let mut n_words = 0;
    let mut rest = line;
    loop {
        let start = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t'));
        let Some(start) = start else { return Some(n_words) };
        let word_on = &rest[start..];
        let ends = |byte: &u8| *byte <= b' ' || matches!(byte, b'"' | b'\'');
        let len = word_on.iter().position(ends).unwrap_or(word_on.len());
        if !matches!(word_on.get(len), None | Some(b' ' | b'\t')) {
            return None;
        }
        *words.get_mut(n_words)? = &word_on[..len];
        n_words += 1;
        rest = &word_on[len..];
    }
}

/// Words as a line that [`split`] takes apart into the same words: quoted where it must be.
pub fn join<W: AsRef<[u8]>>(words: &[W]) -> String {
    join_all(words.iter().map(AsRef::as_ref))
}

fn join_all<'a>(words: impl Iterator<Item = &'a [u8]>) -> String {
    let mut line = String::new();
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        push_quoted(&mut line, word);
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
        with_words(line, |words| assert_eq!(words, expected)).unwrap();
        assert_eq!(split(&join(&words)).unwrap(), words);
    }

    #[test]
    fn a_line_of_words_reads_as_it_could_be_typed() {
        let words: Words = [&b"SET"[..], b"k", b"a b"].into_iter().collect();
        let line = Line::from(Rc::new(words));
        assert_eq!((line.bytes()[4..7].to_vec(), &*line), (b"SET".to_vec(), "SET k \"a b\""));
        assert_eq!(line, Line::from("SET k \"a b\""));
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
        check("a\u{b}b \u{c} c\0d", &[b"a\x0bb", b"c", b"d"]);
        check("a\u{1}b", &[b"a\x01b"]);
        check(&"w ".repeat(FEW_WORDS), &[&b"w"[..]; FEW_WORDS]);
        check(&"w ".repeat(FEW_WORDS + 1), &[&b"w"[..]; FEW_WORDS + 1]);
    }
}
