//! A cursor over the words of one command.

use super::CommandError;

/// The words of a command and how far they were read. Word 0 is the command's name.
#[derive(Clone, Debug)]
pub struct Args<'a> {
    words: &'a [&'a [u8]],
    at: usize,
}

impl<'a> Args<'a> {
    /// A cursor that stands behind the command's name.
    pub fn new(words: &'a [&'a [u8]]) -> Args<'a> {
        Args { words, at: 1 }
    }

    /// A cursor that stands at word `at`.
    pub fn at(words: &'a [&'a [u8]], at: usize) -> Args<'a> {
        Args { words, at }
    }

    /// All words, the command's name first.
    pub fn words(&self) -> &'a [&'a [u8]] {
        self.words
    }

    /// The index of the next word, for errors that point at it.
    pub fn position(&self) -> usize {
        self.at
    }

    /// How many words are left.
    pub fn n_left(&self) -> usize {
        self.words.len().saturating_sub(self.at)
    }

    /// The next word without taking it.
    pub fn peek(&self) -> Option<&'a [u8]> {
        self.words.get(self.at).copied()
    }

    /// Takes the next word; a syntax error if there is none.
    ///
    /// # Errors
    /// [`CommandError::Syntax`] when no word is left.
    pub fn word(&mut self) -> Result<&'a [u8], CommandError> {
        let word = self.peek().ok_or(CommandError::Syntax)?;
        self.at += 1;
        Ok(word)
    }

    /// Takes the next word if it is `keyword` in any case.
    pub fn eat(&mut self, keyword: &str) -> bool {
        let found = self.peek().is_some_and(|word| word.eq_ignore_ascii_case(keyword.as_bytes()));
        self.at += usize::from(found);
        found
    }

    /// Takes the next word as a strict signed 64-bit integer.
    ///
    /// # Errors
    /// [`CommandError::NotAnInteger`], or a syntax error when no word is left.
    pub fn int(&mut self) -> Result<i64, CommandError> {
        strict_i64(self.word()?).ok_or(CommandError::NotAnInteger)
    }

    /// Takes the next `n` words; `None`, and takes none, if there are fewer.
    pub fn take(&mut self, n: usize) -> Option<&'a [&'a [u8]]> {
        let taken = self.words.get(self.at..self.at.checked_add(n)?)?;
        self.at += n;
        Some(taken)
    }

    /// Takes all words that are left.
    pub fn rest(&mut self) -> &'a [&'a [u8]] {
        let rest = &self.words[self.at.min(self.words.len())..];
        self.at = self.words.len();
        rest
    }
}

/// A decimal in Redis's strict form: no `+`, no blanks, no leading zeros, in range (spec §2).
pub fn strict_i64(word: &[u8]) -> Option<i64> {
    let digits = word.strip_prefix(b"-").unwrap_or(word);
    let canonical = match digits {
        [b'0'] => word.len() == 1,
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if !canonical {
        return None;
    }
    std::str::from_utf8(word).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_integers_count() {
        for (word, value) in [("0", 0), ("-1", -1), ("9223372036854775807", i64::MAX)] {
            assert_eq!(strict_i64(word.as_bytes()), Some(value));
        }
        for word in ["", "-", "-0", "+1", "01", " 1", "1 ", "9223372036854775808", "1a"] {
            assert_eq!(strict_i64(word.as_bytes()), None, "{word}");
        }
    }
}
