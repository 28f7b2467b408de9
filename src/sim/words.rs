//! A cursor over the words of a control line, and why one is refused.

use std::rc::Rc;

use super::control::example;
use super::quantity::{self, Rate};
use crate::engine::event::Name;

/// Why a control line was refused: an error in Redis style that says what to write.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal(pub String);

impl Refusal {
    /// A refusal; the text follows `ERR `.
    pub fn new(text: impl AsRef<str>) -> Refusal {
        Refusal(format!("ERR {}", text.as_ref()))
    }
}

/// A cursor over the words of a control line.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    words: &'a [Vec<u8>],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// A cursor before the first word.
    pub fn new(words: &'a [Vec<u8>]) -> Cursor<'a> {
        Cursor { words, at: 0 }
    }

    /// The next word without taking it; a word that is no UTF-8 reads as the empty text.
    pub fn peek(&self) -> Option<&'a str> {
        self.words.get(self.at).map(|word| std::str::from_utf8(word).unwrap_or_default())
    }

    /// Whether no word is left.
    pub fn is_done(&self) -> bool {
        self.words.len() <= self.at
    }

    /// Takes the next word, in capitals, if there is one.
    pub fn keyword(&mut self) -> Option<String> {
        let word = self.peek()?.to_ascii_uppercase();
        self.at += 1;
        Some(word)
    }

    /// Takes the next word if it is `keyword` in any case.
    pub fn eat(&mut self, keyword: &str) -> bool {
        let found = self.peek().is_some_and(|word| word.eq_ignore_ascii_case(keyword));
        self.at += usize::from(found);
        found
    }

    #[inline(never)]
    fn missing(&self, what: &str) -> Refusal {
        self.shown(format!("{what} is missing"))
    }

    /// A refusal that shows how such a line may look.
    fn shown(&self, why: String) -> Refusal {
        Refusal::new(match example(self.words) {
            Some(example) => format!("{why}: write for example {example}"),
            None => why,
        })
    }

    /// Takes the next word, whatever its bytes.
    ///
    /// # Errors
    /// When no word is left; `what` says which one is missing.
    pub fn bytes(&mut self, what: &str) -> Result<Name, Refusal> {
        let word = self.words.get(self.at).ok_or_else(|| self.missing(what))?;
        self.at += 1;
        Ok(word.as_slice().into())
    }

    /// Takes the next word as text.
    ///
    /// # Errors
    /// When no word is left.
    pub fn text(&mut self, what: &str) -> Result<&'a str, Refusal> {
        let word = self.peek().ok_or_else(|| self.missing(what))?;
        self.at += 1;
        Ok(word)
    }

    /// Takes the next word as the name of a service or client.
    ///
    /// # Errors
    /// When it is missing, too long, or more than one word could be.
    pub fn name(&mut self) -> Result<Rc<str>, Refusal> {
        let text = self.text("the name of a service")?;
        let fits = (1..=crate::limits::NAME_BYTES_MAX).contains(&text.len());
        if fits && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"') {
            return Ok(text.into());
        }
        Err(Refusal::new(format!(
            "'{text}' is no name: write 1 to {} letters, digits and signs without blanks",
            crate::limits::NAME_BYTES_MAX
        )))
    }

    /// Takes the next word as a whole number.
    ///
    /// # Errors
    /// When it is none in `low..=high`.
    pub fn number(&mut self, what: &str, low: u64, high: u64) -> Result<u64, Refusal> {
        let text = self.text(what)?;
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let n = if digits { text.parse().ok() } else { None };
        n.filter(|n| (low..=high).contains(n)).ok_or_else(|| {
            Refusal::new(format!("{what} is a whole number from {low} to {high}, not '{text}'"))
        })
    }

    /// Takes the next word as a duration; a bare number counts milliseconds.
    ///
    /// # Errors
    /// When it is none.
    pub fn duration(&mut self, what: &str) -> Result<u64, Refusal> {
        let text = self.text(what)?;
        let bare = format!("{text}ms");
        let ms = quantity::parse_duration(text).or_else(|| quantity::parse_duration(&bare));
        ms.ok_or_else(|| {
            Refusal::new(format!("{what} is a duration like 250ms, 5s or 1m30s, not '{text}'"))
        })
    }

    /// Takes the next word as a rate.
    ///
    /// # Errors
    /// When it is none.
    pub fn rate(&mut self, what: &str) -> Result<Rate, Refusal> {
        let text = self.text(what)?;
        quantity::parse_rate(text).ok_or_else(|| {
            let why = "is a rate like 10/s or 30/m, at most 1000/s";
            Refusal::new(format!("{what} {why}, not '{text}'"))
        })
    }

    /// Takes the next word as a share, in thousandths.
    ///
    /// # Errors
    /// When it is none.
    pub fn percent(&mut self, what: &str) -> Result<u32, Refusal> {
        let text = self.text(what)?;
        quantity::parse_percent(text)
            .ok_or_else(|| Refusal::new(format!("{what} is a share like 10%, not '{text}'")))
    }

    /// Takes the next word as a factor, in thousandths.
    ///
    /// # Errors
    /// When it is none.
    pub fn factor(&mut self, what: &str) -> Result<u32, Refusal> {
        let text = self.text(what)?;
        quantity::parse_factor(text).ok_or_else(|| {
            Refusal::new(format!("{what} is a factor like 10x or 0.5x, not '{text}'"))
        })
    }

    /// Takes `yes` or `no` if it comes next; an option alone means yes.
    pub fn yes(&mut self) -> bool {
        !self.eat("no") && {
            self.eat("yes");
            true
        }
    }

    /// Takes one of the words of a list.
    ///
    /// # Errors
    /// When it is none of them.
    pub fn one_of<T: Copy>(&mut self, what: &str, choices: &[(&str, T)]) -> Result<T, Refusal> {
        let text = self.text(what)?;
        let found = choices.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
        found.map(|(_, value)| *value).ok_or_else(|| {
            let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
            Refusal::new(format!("{what} is {}, not '{text}'", words.join(" or ")))
        })
    }

    /// Takes all words that are left.
    pub fn rest(&mut self) -> &'a [Vec<u8>] {
        let rest = self.words.get(self.at..).unwrap_or_default();
        self.at = self.words.len();
        rest
    }

    /// Refuses words that nobody took.
    ///
    /// # Errors
    /// When a word is left.
    pub fn finish(&self, what: &str) -> Result<(), Refusal> {
        match self.peek() {
            None => Ok(()),
            Some(word) => Err(self.shown(format!("'{word}' is too much after {what}"))),
        }
    }
}
