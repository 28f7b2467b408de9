//! A scenario: how a world begins.

use std::fmt;
use std::rc::Rc;

use crate::time::Millis;

/// How a world begins, and what happens in it by itself. The text is the truth (it travels in
/// links); the rest is what was read from it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scenario {
    /// The name of a scenario that comes with the page, or of the file.
    pub name: Rc<str>,
    /// The whole text.
    pub text: Rc<str>,
    /// `title:`
    pub title: String,
    /// `about:`, one paragraph.
    pub about: String,
    /// `seed:`
    pub seed: u64,
    /// `profile:`, if it asks for one.
    pub profile: Option<crate::command::Profile>,
    /// The lines, by time.
    pub lines: Rc<[ScenarioLine]>,
}

/// One line of a scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScenarioLine {
    /// When, in ms after the start of the world.
    pub after_ms: Millis,
    /// The client; empty: the default one.
    pub who: Rc<str>,
    /// The line.
    pub line: Rc<str>,
    /// Its number in the file, from 1.
    pub line_no: usize,
}

/// What is wrong with a scenario file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScenarioError {
    /// The file.
    pub name: String,
    /// The line, from 1.
    pub line_no: usize,
    /// What is wrong, and what to write.
    pub message: String,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.name, self.line_no, self.message)
    }
}

impl std::error::Error for ScenarioError {}

impl Scenario {
    /// A world with nothing in it.
    pub fn empty() -> Scenario {
        Scenario {
            name: "empty".into(),
            text: "title: Empty\n".into(),
            title: "Empty".to_owned(),
            about: String::new(),
            seed: 1,
            profile: None,
            lines: Rc::new([]),
        }
    }
}
