//! The list above the input: completions, or lines of the history.

use std::ops::Range;

use super::history::{History, Search};
use crate::view::text;

/// One thing to choose.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// What goes into the line.
    pub text: String,
    /// What is said beside it; may be empty.
    pub note: String,
}

/// An open list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Popup {
    /// Completions of the word at this place in the line (bytes).
    Words { range: Range<usize>, choices: Vec<Choice>, selected: Option<usize> },
    /// Lines of the history.
    Search(Search),
}

/// An input's text and where its caret stands (in bytes).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Line {
    /// The text.
    pub text: String,
    /// The caret.
    pub caret: usize,
}

impl Line {
    /// A line with the caret at its end.
    pub fn ending(text: &str) -> Line {
        Line { text: text.to_owned(), caret: text.len() }
    }

    /// From what the browser says: carets count UTF-16 units there.
    pub fn from_utf16(text: &str, caret: Option<u32>) -> Line {
        let Some(n_units) = caret else { return Line::ending(text) };
        let mut left = n_units as usize;
        let mut end = 0;
        for c in text.chars() {
            if left < c.len_utf16() {
                break;
            }
            left -= c.len_utf16();
            end += c.len_utf8();
        }
        Line { text: text.to_owned(), caret: end }
    }

    /// The caret as the browser counts.
    pub fn caret_utf16(&self) -> u32 {
        let before = self.text.get(..self.caret).unwrap_or(&self.text);
        u32::try_from(before.encode_utf16().count()).unwrap_or(u32::MAX)
    }

    /// The line with a range replaced, the caret behind it.
    #[must_use]
    pub fn replaced(&self, range: Range<usize>, with: &str) -> Line {
        let (before, after) =
            (self.text.get(..range.start), self.text.get(range.end..).unwrap_or_default());
        let before = before.unwrap_or(&self.text);
        Line { text: format!("{before}{with}{after}"), caret: before.len() + with.len() }
    }
}

impl Popup {
    /// Opens the history.
    pub fn search(history: &History, line: &str) -> Popup {
        Popup::Search(Search::new(history, line))
    }

    /// How many choices there are.
    pub fn len(&self) -> usize {
        match self {
            Popup::Words { choices, .. } => choices.len(),
            Popup::Search(search) => search.found.len(),
        }
    }

    /// Whether there is nothing to choose.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is said under the choices: how many more there are, and what is not there at all.
    pub fn note(&self) -> String {
        let Popup::Search(search) = self else { return String::new() };
        let more = (search.n_more != 0).then(|| text::more_matches(search.n_more));
        let cut = search.is_cut.then(text::history_cut);
        more.into_iter().chain(cut).collect::<Vec<_>>().join(" ")
    }

    /// Which one is marked.
    pub fn selected(&self) -> Option<usize> {
        match self {
            Popup::Words { selected, .. } => *selected,
            Popup::Search(search) => (!search.found.is_empty()).then_some(search.selected),
        }
    }

    /// The text and the note of a choice.
    pub fn choice(&self, idx: usize) -> Option<(&str, &str)> {
        match self {
            Popup::Words { choices, .. } => {
                choices.get(idx).map(|choice| (choice.text.as_str(), choice.note.as_str()))
            }
            Popup::Search(search) => search.found.get(idx).map(|line| (line.as_str(), "")),
        }
    }

    /// Marks the next choice (or the one before), round and round.
    pub fn move_mark(&mut self, forward: bool) {
        let n = self.len();
        if n == 0 {
            return;
        }
        let next = match self.selected() {
            None => {
                if forward {
                    0
                } else {
                    n - 1
                }
            }
            Some(idx) => (idx + if forward { 1 } else { n - 1 }) % n,
        };
        self.mark(next);
    }

    /// Marks a choice.
    pub fn mark(&mut self, idx: usize) {
        match self {
            Popup::Words { selected, .. } => *selected = Some(idx),
            Popup::Search(search) => search.selected = idx,
        }
    }

    /// The line when the marked choice is taken; `None` when none is marked.
    pub fn accepted(&self, line: &Line) -> Option<Line> {
        match self {
            Popup::Words { range, choices, selected } => {
                let choice = choices.get((*selected)?)?;
                Some(line.replaced(range.clone(), &format!("{} ", choice.text)))
            }
            Popup::Search(search) => Some(Line::ending(search.accepted())),
        }
    }

    /// The line when the list is closed without a choice.
    pub fn dismissed(&self, line: &Line) -> Line {
        match self {
            Popup::Words { .. } => line.clone(),
            Popup::Search(search) => Line::ending(&search.draft),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_are_counted_in_the_units_of_whoever_asks() {
        let line = Line::from_utf16("aä🍵b", Some(4));
        assert_eq!((line.caret, line.caret_utf16()), (7, 4));
        assert_eq!(Line::from_utf16("aä", Some(99)).caret, 3);
        assert_eq!(Line::from_utf16("🍵", Some(1)).caret, 0);
    }

    #[test]
    fn taking_a_word_replaces_what_was_begun() {
        let choices = ["orders", "other"].map(|text| Choice { text: text.into(), note: "".into() });
        let mut popup = Popup::Words { range: 5..6, choices: choices.to_vec(), selected: None };
        let line = Line { text: "XLEN o rest".into(), caret: 6 };
        assert_eq!(popup.accepted(&line), None);
        popup.move_mark(false);
        popup.move_mark(true);
        let taken = popup.accepted(&line).unwrap();
        assert_eq!((taken.text.as_str(), taken.caret), ("XLEN orders  rest", 12));
        assert_eq!(popup.dismissed(&line), line);
    }

    #[test]
    fn a_search_can_be_taken_or_left() {
        let history = History::restored(["a".to_owned(), "b".to_owned()]);
        let mut popup = Popup::search(&history, "draft");
        let line = Line::ending("");
        assert_eq!(popup.accepted(&line), Some(Line::ending("b")));
        popup.move_mark(true);
        assert_eq!(popup.accepted(&line), Some(Line::ending("a")));
        assert_eq!(popup.dismissed(&line), Line::ending("draft"));
    }
}
