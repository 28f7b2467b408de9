//! What the course's pages say besides the lessons, in the languages that there are.
//!
//! English is written where it is used; a language is a table from it. What the table lacks stays
//! English. Those of `www/index.html` are found by [`texts_of`], those of this crate are [`OWN`].

use std::collections::BTreeMap;

use crate::markdown::Mistake;

/// The file with a language's table, in its folder.
pub const FILE: &str = "strings.txt";

/// The language in which everything is written.
pub const ENGLISH: &str = "en";

/// A language.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Strings {
    /// Its code, as in `lang` attributes.
    pub language: String,
    texts: BTreeMap<String, String>,
}

/// Every text that this crate puts into pages.
pub const OWN: [&str; 24] = [
    LESSON,
    GOALS,
    RESET,
    CHECKPOINT,
    HINT,
    SOLUTION,
    SOLUTION_NOTE,
    NEEDS,
    OR_NEWER,
    ON_OLDER,
    BEFORE,
    NEXT,
    NEXT_FAST,
    START_PAGE,
    RUN,
    GUESS,
    ANSWER,
    BECAUSE,
    BACK,
    ON,
    STEP,
    FAST,
    FAST_START,
    LATER,
];

pub const LESSON: &str = "Lesson";
pub const GOALS: &str = "Goals";
pub const RESET: &str = "Start this lesson again";
pub const CHECKPOINT: &str = "Back to the last goal reached";
pub const HINT: &str = "Hint";
pub const SOLUTION: &str = "Show the solution";
pub const SOLUTION_NOTE: &str =
    "Seeing it does not count as solving: start the lesson again afterwards and do it yourself.";
pub const NEEDS: &str = "Needs Redis";
pub const OR_NEWER: &str = "or newer.";
pub const ON_OLDER: &str = "On an older one:";
pub const BEFORE: &str = "Before";
pub const NEXT: &str = "Next";
pub const NEXT_FAST: &str = "Next on the fast path";
pub const START_PAGE: &str = "Start page";
pub const RUN: &str = "Run";
pub const GUESS: &str = "That is my guess";
pub const ANSWER: &str = "Answer";
pub const BECAUSE: &str = "Why:";
pub const BACK: &str = "Step back";
pub const ON: &str = "Step on";
pub const STEP: &str = "Step";
pub const LATER: &str = "later";
pub const FAST: &str = "fast path";
pub const FAST_START: &str = "The fast path: twelve lessons, about 45 minutes";

impl Strings {
    /// English needs no table.
    pub fn english() -> Strings {
        Strings { language: ENGLISH.to_owned(), texts: BTreeMap::new() }
    }

    /// Reads a table: lines `English = translation`. An empty translation is one that is missing.
    ///
    /// # Errors
    /// The lines that are neither a translation nor a comment (`#`).
    pub fn read(language: &str, text: &str) -> (Strings, Vec<Mistake>) {
        let mut strings = Strings { language: language.to_owned(), texts: BTreeMap::new() };
        let mut mistakes = Vec::new();
        for (n, line) in (1..).zip(text.lines().map(str::trim)) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match line.split_once('=') {
                Some((english, words)) if !words.trim().is_empty() => {
                    strings.texts.insert(english.trim().to_owned(), words.trim().to_owned());
                }
                Some(_) => {}
                None => mistakes.push((n, "write `English text = its translation`".to_owned())),
            }
        }
        (strings, mistakes)
    }

    /// A text in this language.
    pub fn get<'a>(&'a self, english: &'a str) -> &'a str {
        self.texts.get(english).map_or(english, String::as_str)
    }

    /// A page with its texts in this language, and the language named. What is between the tags and
    /// in the attributes for people is looked up whole.
    pub fn page(&self, html: &str) -> String {
        let mut out = String::with_capacity(html.len());
        let mut at = 0;
        for (begin, end) in places(html) {
            out.push_str(&html[at..begin]);
            out.push_str(self.get(&html[begin..end]));
            at = end;
        }
        out.push_str(&html[at..]);
        out.replacen("<html lang=\"en\"", &format!("<html lang=\"{}\"", self.language), 1)
    }
}

/// The texts of a page, in their order, each once.
pub fn texts_of(html: &str) -> Vec<&str> {
    let mut texts: Vec<&str> = Vec::new();
    for (begin, end) in places(html) {
        let text = &html[begin..end];
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

/// Attributes that people read or hear.
const ATTRIBUTES: [&str; 3] =
    [" aria-label=\"", " placeholder=\"", " name=\"description\" content=\""];

/// Where the texts of a page begin and end. Commands (`code`) are not for translation.
fn places(html: &str) -> Vec<(usize, usize)> {
    let mut places = Vec::new();
    let mut at = 0;
    while let Some(open) = html[at..].find('<').map(|n| at + n) {
        push_text(html, at, open, &mut places);
        let close = html[open..].find('>').map_or(html.len(), |n| open + n);
        let tag = &html[open..close];
        let mut values: Vec<(usize, usize)> = ATTRIBUTES
            .iter()
            .filter_map(|name| tag.find(name).map(|n| open + n + name.len()))
            .filter_map(|begin| html[begin..close].find('"').map(|n| (begin, begin + n)))
            .collect();
        values.sort_unstable();
        places.extend(values);
        at = (close + 1).min(html.len());
        for (name, end) in [("<code", "</code>"), ("<script", "</script>"), ("<!--", "-->")] {
            if tag.starts_with(name) {
                at = html[open..].find(end).map_or(html.len(), |n| open + n + end.len());
            }
        }
    }
    places.retain(|(begin, end)| html[*begin..*end].contains(|c: char| c.is_alphabetic()));
    places
}

fn push_text(html: &str, begin: usize, end: usize, places: &mut Vec<(usize, usize)>) {
    let text = &html[begin..end];
    let trimmed = text.trim_start();
    let begin = begin + text.len() - trimmed.len();
    places.push((begin, begin + trimmed.trim_end().len()));
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<!doctype html>\n<html lang=\"en\"><!-- a note --><p> Hello\n</p>\
                        <code>XLEN a</code><input aria-label=\"Name\" placeholder=\"you\"><b>1</b>";

    #[test]
    fn the_texts_of_a_page_are_found() {
        assert_eq!(texts_of(PAGE), ["Hello", "Name", "you"]);
    }

    #[test]
    fn what_is_missing_stays_english() {
        let table = "# comment\nHello = Hallo\nName =\nunclear\n";
        let (strings, mistakes) = Strings::read("de", table);
        assert_eq!(mistakes, [(4, "write `English text = its translation`".to_owned())]);
        let page = strings.page(PAGE);
        let wanted = PAGE.replace("Hello", "Hallo").replace("lang=\"en\"", "lang=\"de\"");
        assert_eq!(page, wanted);
        assert_eq!(Strings::english().page(PAGE), PAGE);
    }
}
