//! What keys do to the line that is being typed.

use std::ops::Range;

use super::history::History;
use super::popup::{Choice, Line, Popup};

/// Keys with a meaning of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Key {
    /// The line before, or the choice above.
    Up,
    /// The line after, or the choice below.
    Down,
    /// Complete; then the next choice.
    Tab,
    /// The choice before (Shift-Tab).
    BackTab,
    /// Close the list; without one, leave the line alone.
    Escape,
    /// Run the line, or take the choice.
    Enter,
    /// Search the history (Ctrl-R).
    Search,
    /// Clear the screen (Ctrl-L).
    Clear,
    /// Let go of a blocked command, or of the line (Ctrl-C).
    Interrupt,
}

/// What is to be done after a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Nothing beyond what is in the editor.
    Nothing,
    /// The input gets this line.
    Set(Line),
    /// The line is to be run; the input gets empty.
    Run(String),
    /// The rows are to be cleared away.
    ClearScreen,
    /// The open client's blocked command is to be let go of, if there is one.
    Interrupt,
}

/// What could stand at the caret.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Completion {
    /// The word that was begun.
    pub range: Range<usize>,
    /// What it could become.
    pub choices: Vec<Choice>,
}

/// The line that is being typed, without the line itself: that is the browser's.
#[derive(Clone, Debug, Default)]
pub struct Editor {
    /// The lines before.
    pub history: History,
    popup: Option<Popup>,
}

impl Editor {
    /// An editor with the lines of an earlier visit.
    pub fn new(history: History) -> Editor {
        Editor { history, popup: None }
    }

    /// The open list.
    pub fn popup(&self) -> Option<&Popup> {
        self.popup.as_ref()
    }

    /// The line was changed by typing.
    pub fn on_edit(&mut self, line: &Line) {
        self.history.edited();
        match &mut self.popup {
            Some(Popup::Search(search)) => search.type_needle(&self.history, &line.text),
            _ => self.popup = None,
        }
    }

    /// A choice was clicked.
    pub fn choose(&mut self, idx: usize, line: &Line) -> Effect {
        let Some(mut popup) = self.popup.take() else { return Effect::Nothing };
        popup.mark(idx);
        popup.accepted(line).map_or(Effect::Nothing, Effect::Set)
    }

    /// A key was pressed; `complete` is asked for what could stand at the caret.
    pub fn on_key(
        &mut self,
        key: Key,
        line: &Line,
        complete: impl FnOnce(&Line) -> Completion,
    ) -> Effect {
        if let Some(popup) = &mut self.popup {
            match key {
                Key::Up | Key::Down if matches!(popup, Popup::Words { selected: None, .. }) => {}
                Key::Up | Key::BackTab => return moved(popup, false),
                Key::Down | Key::Search => return moved(popup, true),
                Key::Tab if matches!(popup, Popup::Words { .. }) => return moved(popup, true),
                Key::Escape | Key::Interrupt => return self.dismiss(line),
                Key::Tab | Key::Enter => {
                    if let Some(taken) = self.popup.take().and_then(|popup| popup.accepted(line)) {
                        return Effect::Set(taken);
                    }
                }
                Key::Clear => {}
            }
            self.popup = None;
        }
        match key {
            Key::Up => set(self.history.up(&line.text).map(str::to_owned)),
            Key::Down => set(self.history.down()),
            Key::Tab => self.complete(line, complete(line)),
            Key::BackTab | Key::Escape => Effect::Nothing,
            Key::Enter => Effect::Run(line.text.clone()),
            Key::Search => {
                self.popup = Some(Popup::search(&self.history, &line.text));
                Effect::Set(Line::default())
            }
            Key::Clear => Effect::ClearScreen,
            Key::Interrupt if line.text.is_empty() => Effect::Interrupt,
            Key::Interrupt => Effect::Set(Line::default()),
        }
    }

    /// Shows a list without a key (a chip was pressed).
    pub fn complete(&mut self, line: &Line, completion: Completion) -> Effect {
        let Completion { range, choices } = completion;
        match choices.as_slice() {
            [] => Effect::Nothing,
            [only] => Effect::Set(line.replaced(range, &format!("{} ", only.text))),
            [first, rest @ ..] => {
                let n_begun = range.len();
                let common = rest
                    .iter()
                    .fold(first.text.as_str(), |common, choice| common_start(common, &choice.text));
                let longer = (n_begun < common.len()).then(|| line.replaced(range.clone(), common));
                let end = range.start + n_begun.max(common.len());
                let range = if longer.is_some() { range.start..end } else { range };
                self.popup = Some(Popup::Words { range, choices, selected: None });
                longer.map_or(Effect::Nothing, Effect::Set)
            }
        }
    }

    fn dismiss(&mut self, line: &Line) -> Effect {
        match self.popup.take() {
            Some(popup @ Popup::Search(_)) => Effect::Set(popup.dismissed(line)),
            _ => Effect::Nothing,
        }
    }
}

fn moved(popup: &mut Popup, forward: bool) -> Effect {
    popup.move_mark(forward);
    Effect::Nothing
}

fn set(line: Option<String>) -> Effect {
    line.map_or(Effect::Nothing, |line| Effect::Set(Line::ending(&line)))
}

fn common_start<'a>(a: &'a str, b: &str) -> &'a str {
    let n = std::iter::zip(a.chars(), b.chars())
        .take_while(|(a, b)| a == b)
        .map(|(c, _)| c.len_utf8())
        .sum();
    &a[..n]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completion(range: Range<usize>, words: &[&str]) -> Completion {
        let choice = |text: &&str| Choice { text: (*text).to_owned(), note: String::new() };
        Completion { range, choices: words.iter().map(choice).collect() }
    }

    fn press(editor: &mut Editor, key: Key, text: &str, words: &[&str]) -> Effect {
        let line = Line::ending(text);
        let start = text.rfind(' ').map_or(0, |at| at + 1);
        editor.on_key(key, &line, |line| completion(start..line.text.len(), words))
    }

    fn text(effect: Effect) -> String {
        match effect {
            Effect::Set(line) => line.text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn tab_completes_one_choice_and_lists_several() {
        let mut editor = Editor::default();
        assert_eq!(text(press(&mut editor, Key::Tab, "XLEN or", &["orders"])), "XLEN orders ");
        assert_eq!(editor.popup(), None);
        let words = ["orders", "orders-dead"];
        assert_eq!(text(press(&mut editor, Key::Tab, "XLEN o", &words)), "XLEN orders");
        assert_eq!(press(&mut editor, Key::Tab, "XLEN orders", &words), Effect::Nothing);
        assert_eq!(press(&mut editor, Key::Tab, "XLEN orders", &words), Effect::Nothing);
        let taken = press(&mut editor, Key::Enter, "XLEN orders", &words);
        assert_eq!(text(taken), "XLEN orders-dead ");
        let run = press(&mut editor, Key::Enter, "XLEN orders-dead ", &[]);
        assert_eq!(run, Effect::Run("XLEN orders-dead ".to_owned()));
    }

    #[test]
    fn a_list_without_a_mark_does_not_keep_enter_from_running() {
        let mut editor = Editor::default();
        press(&mut editor, Key::Tab, "X", &["XADD", "XLEN"]);
        assert!(editor.popup().is_some());
        assert_eq!(press(&mut editor, Key::Enter, "X", &[]), Effect::Run("X".to_owned()));
    }

    #[test]
    fn escape_leaves_the_search_as_if_it_had_not_begun() {
        let mut editor = Editor::new(History::restored(["XADD a".to_owned(), "XLEN a".to_owned()]));
        assert_eq!(text(press(&mut editor, Key::Search, "draft", &[])), "");
        editor.on_edit(&Line::ending("xa"));
        assert_eq!(text(press(&mut editor, Key::Escape, "xa", &[])), "draft");
        press(&mut editor, Key::Search, "draft", &[]);
        editor.on_edit(&Line::ending("xa"));
        assert_eq!(text(press(&mut editor, Key::Enter, "xa", &[])), "XADD a");
    }

    #[test]
    fn interrupt_first_empties_the_line_then_asks_to_let_go() {
        let mut editor = Editor::default();
        assert_eq!(text(press(&mut editor, Key::Interrupt, "XLEN", &[])), "");
        assert_eq!(press(&mut editor, Key::Interrupt, "", &[]), Effect::Interrupt);
    }
}
