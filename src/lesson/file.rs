//! A lesson as data, read from the fenced blocks of its file.

use std::fmt;

use super::condition::millis;
use super::{Block, Condition, Prediction};
use crate::command::Profile;
use crate::time::Millis;

/// A lesson.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lesson {
    /// Its place in the course: `4.3`.
    pub number: String,
    /// What it is called.
    pub title: String,
    /// One sentence for the map of the course.
    pub about: String,
    /// The oldest version that can run it.
    pub since: Profile,
    /// What to do on a version that is older than that.
    pub older: String,
    /// The scenario that the world starts from.
    pub scenario: String,
    /// Whether the world of the lesson before goes on.
    pub keep_world: bool,
    /// What is typed before the learner begins.
    pub setup: Vec<ScriptLine>,
    /// What to reach; all of them make the lesson solved.
    pub goals: Vec<Goal>,
    /// Nudge, which command, the line.
    pub hints: Vec<String>,
    /// Questions.
    pub predictions: Vec<Prediction>,
    /// Ways to solve it.
    pub solutions: Vec<Script>,
    /// Attempts that must not solve it.
    pub rejected: Vec<Script>,
}

/// Something to reach.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Goal {
    /// How the page names it.
    pub name: String,
    /// What the learner reads.
    pub title: String,
    /// All of them must hold.
    pub conditions: Vec<Condition>,
}

/// Lines to type, with a name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Script {
    /// What is special about this way.
    pub name: String,
    /// The lines.
    pub lines: Vec<ScriptLine>,
}

/// One line to type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScriptLine {
    /// The client that types it; `you` if none is named.
    pub who: String,
    /// What is typed.
    pub line: String,
    /// It only looks: a solution is one without it as well.
    pub optional: bool,
    /// Where it stands in the lesson file, counted from 1.
    pub at_line: u32,
}

/// What is wrong with a lesson file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LessonError {
    /// The line of the file, counted from 1.
    pub line: u32,
    /// What is wrong and what to write.
    pub what: String,
}

impl LessonError {
    pub(super) fn at(line: u32, what: String) -> LessonError {
        LessonError { line, what }
    }
}

impl fmt::Display for LessonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for LessonError {}

/// The client that types a line which names none.
pub const LEARNER: &str = "you";

impl ScriptLine {
    /// Reads `[client>] [look] words`.
    ///
    /// # Errors
    /// When nothing is left to type.
    pub fn parse(at_line: u32, text: &str) -> Result<ScriptLine, LessonError> {
        let text = text.trim();
        let (who, line) = match text.split_once("> ") {
            Some((who, line)) if is_client_name(who) => (who, line.trim()),
            None if text.strip_suffix('>').is_some_and(is_client_name) => (text, ""),
            _ => (LEARNER, text),
        };
        let (optional, line) = match line.strip_prefix("look ") {
            Some(line) => (true, line.trim()),
            None => (false, line),
        };
        if line.is_empty() {
            return Err(LessonError::at(at_line, "write a command to type".to_owned()));
        }
        if let Some(duration) = line.strip_prefix("wait ") {
            waiting_ms(duration).map_err(|what| LessonError::at(at_line, what))?;
        }
        Ok(ScriptLine { who: who.to_owned(), line: line.to_owned(), optional, at_line })
    }
}

/// Client names are words of letters, digits, `-`, `_` and `.`, so that a `>` in a command is none.
fn is_client_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// Reads the lines of a script; blank ones and those with `#` in front are left out.
fn script(line: u32, text: &str) -> Result<Vec<ScriptLine>, LessonError> {
    let lines = (line..).zip(text.lines());
    let lines = lines.filter(|(_, text)| !text.trim().is_empty() && !text.trim().starts_with('#'));
    lines.map(|(n, text)| ScriptLine::parse(n, text)).collect()
}

/// The longest `wait` of a script, in virtual milliseconds: a mistake may not keep the check busy.
const WAIT_MS_MAX: Millis = 24 * 3_600_000;

/// How long `wait 5s` waits, in virtual milliseconds.
///
/// # Errors
/// When it is no duration, or more than a day.
pub fn waiting_ms(text: &str) -> Result<Millis, String> {
    let ms = millis(text.trim()).and_then(|ms| Millis::try_from(ms).ok());
    ms.filter(|ms| *ms <= WAIT_MS_MAX)
        .ok_or_else(|| "write `wait 5s`, at most `wait 24h`".to_owned())
}

impl Lesson {
    /// Reads the blocks of a lesson; the first one is its head (`lesson`).
    ///
    /// Returns what could be read together with everything that is wrong, so that an author sees
    /// all mistakes at once and a page shows what is right.
    pub fn from_blocks(blocks: &[Block]) -> (Lesson, Vec<LessonError>) {
        let mut lesson = Lesson::empty();
        let mut errors = Vec::new();
        for block in blocks {
            if let Err(error) = lesson.add(block) {
                errors.push(error);
            }
        }
        // A prediction that could not be read is not missing as well.
        let scripts = lesson.solutions.iter().chain(&lesson.rejected).filter(|_| errors.is_empty());
        let answers: Vec<LessonError> = scripts
            .flat_map(|script| &script.lines)
            .filter_map(|line| {
                let wrong = lesson.answer_exists(&line.line).err()?;
                Some(LessonError::at(line.at_line, wrong))
            })
            .collect();
        errors.extend(answers);
        errors.extend(lesson.validate());
        (lesson, errors)
    }

    /// Whether a version can run the lesson: its own and newer ones. Valkey counts by what it has,
    /// so a lesson that needs 7.4 or newer does not run there.
    pub fn runs_on(&self, profile: Profile) -> bool {
        self.since.redis_version() <= profile.redis_version()
    }

    fn empty() -> Lesson {
        Lesson {
            number: String::new(),
            title: String::new(),
            about: String::new(),
            since: Profile::Redis62,
            older: String::new(),
            scenario: "empty".to_owned(),
            keep_world: false,
            setup: Vec::new(),
            goals: Vec::new(),
            hints: Vec::new(),
            predictions: Vec::new(),
            solutions: Vec::new(),
            rejected: Vec::new(),
        }
    }

    fn add(&mut self, block: &Block) -> Result<(), LessonError> {
        let (kind, name) = block.info.split_once(' ').unwrap_or((block.info.as_str(), ""));
        let name = name.trim();
        match kind {
            "lesson" => self.head(block),
            "setup" => script(block.line, &block.text).map(|lines| self.setup.extend(lines)),
            "goal" => Goal::parse(name, block).map(|goal| self.goals.push(goal)),
            "hint" => {
                let hint = block.text.split_whitespace().collect::<Vec<_>>().join(" ");
                self.hints.push(hint);
                Ok(())
            }
            "predict" => Prediction::parse(name, block.line, &block.text)
                .map(|prediction| self.predictions.push(prediction)),
            "question" => Prediction::parse_question(name, block.line, &block.text)
                .map(|question| self.predictions.push(question)),
            "solution" | "rejected" => {
                let lines = script(block.line, &block.text)?;
                let script = Script { name: name.to_owned(), lines };
                match kind {
                    "solution" => self.solutions.push(script),
                    _ => self.rejected.push(script),
                }
                Ok(())
            }
            // Commands to run by a click, quoted replies and demonstrations belong to the prose.
            "redis" | "reply" | "demo" | "" => Ok(()),
            _ => Err(LessonError::at(
                block.line.saturating_sub(1),
                format!(
                    "no block is called `{kind}`: there are setup, goal, hint, predict, question, \
                     solution, rejected, redis, reply and demo"
                ),
            )),
        }
    }

    /// Reads every line of the head; the first mistake is the one that is reported.
    fn head(&mut self, block: &Block) -> Result<(), LessonError> {
        let mut result = Ok(());
        for (n, line) in (block.line..).zip(block.text.lines()) {
            if let Some((key, value)) = line.split_once(':') {
                let entry = self.head_entry(key.trim(), value.trim());
                result = result.and(entry.map_err(|what| LessonError::at(n, what)));
            }
        }
        result
    }

    fn head_entry(&mut self, key: &str, value: &str) -> Result<(), String> {
        match (key, value) {
            ("number", _) => self.number = value.to_owned(),
            ("title", _) => self.title = value.to_owned(),
            ("about", _) => self.about = value.to_owned(),
            ("older", _) => self.older = value.to_owned(),
            ("scenario", _) => self.scenario = value.to_owned(),
            ("world", "keep" | "new") => self.keep_world = value == "keep",
            ("world", _) => return Err("world is `new` or `keep`".to_owned()),
            ("since", _) => self.since = value.parse().map_err(|error| format!("{error}"))?,
            _ => {
                return Err(format!(
                    "no such entry `{key}`: there are title, about, since, older, scenario, world"
                ));
            }
        }
        Ok(())
    }

    fn validate(&self) -> Vec<LessonError> {
        let mut errors = Vec::new();
        let mut wrong = |holds: bool, what: &str| {
            if !holds {
                errors.push(LessonError::at(1, what.to_owned()));
            }
        };
        wrong(!self.title.is_empty(), "the head has no `title:`");
        wrong(!self.number.is_empty(), "the head has no `number:`");
        wrong(!self.goals.is_empty(), "a lesson has at least one ```goal block");
        wrong(self.hints.len() == 3, "a lesson has three ```hint blocks: nudge, command, line");
        for (idx, goal) in self.goals.iter().enumerate() {
            let again = self.goals[..idx].iter().any(|other| other.name == goal.name);
            wrong(!again, &format!("two goals are called `{}`", goal.name));
        }
        for (idx, prediction) in self.predictions.iter().enumerate() {
            let again = self.predictions[..idx].iter().any(|other| other.name == prediction.name);
            wrong(!again, &format!("two predictions are called `{}`", prediction.name));
        }
        for name in self.goals.iter().flat_map(|goal| asked(&goal.conditions)) {
            let known = self.predictions.iter().any(|prediction| prediction.name == name);
            wrong(known, &format!("a goal asks for the prediction `{name}`, which is not there"));
        }
        errors
    }
}

impl Lesson {
    /// `answer NAME 2` names a choice that is there.
    fn answer_exists(&self, line: &str) -> Result<(), String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let ["answer", name, choice] = words.as_slice() else { return Ok(()) };
        let found = self.predictions.iter().find(|prediction| prediction.name == *name);
        let n_choices = match found {
            Some(prediction) => prediction.choices.len(),
            None => return Err(format!("no prediction is called `{name}`")),
        };
        match choice.parse::<usize>() {
            Ok(n) if (1..=n_choices).contains(&n) => Ok(()),
            _ => Err(format!(
                "`{name}` has {n_choices} choices: write `answer {name} 1` to `answer {name} \
                 {n_choices}`"
            )),
        }
    }
}

/// The predictions that conditions name.
fn asked(conditions: &[Condition]) -> Vec<&str> {
    let names = conditions.iter().flat_map(|condition| match condition {
        Condition::Answered(name) | Condition::Right(name) => vec![name.as_str()],
        Condition::Any(conditions) => asked(conditions),
        _ => Vec::new(),
    });
    names.collect()
}

impl Goal {
    /// Reads a `goal NAME` block: what the learner reads, then indented conditions.
    fn parse(name: &str, block: &Block) -> Result<Goal, LessonError> {
        let mut goal = Goal { name: name.to_owned(), title: String::new(), conditions: Vec::new() };
        for (n, line) in (block.line..).zip(block.text.lines()) {
            if line.trim().is_empty() {
                continue;
            }
            if line.starts_with([' ', '\t']) {
                let condition = Condition::parse(line).map_err(|what| LessonError::at(n, what))?;
                goal.conditions.push(condition);
            } else if goal.conditions.is_empty() {
                if !goal.title.is_empty() {
                    goal.title.push(' ');
                }
                goal.title.push_str(line.trim());
            } else {
                let what = "indent conditions; the goal's text comes before them".to_owned();
                return Err(LessonError::at(n, what));
            }
        }
        let missing = |what: &str| Err(LessonError::at(block.line, what.to_owned()));
        match (&goal.name, &goal.title, goal.conditions.len()) {
            (name, _, _) if name.is_empty() => missing("a goal needs a name: ```goal acked"),
            (_, title, _) if title.is_empty() => missing("a goal begins with what to do"),
            (_, _, 0) => missing("a goal needs an indented condition: `  length orders >= 3`"),
            _ => Ok(goal),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(info: &str, line: u32, text: &str) -> Block {
        Block { info: info.to_owned(), line, text: text.to_owned() }
    }

    fn whole() -> Vec<Block> {
        vec![
            block("lesson", 2, "number: 4.3\ntitle: Done\nsince: 7.0\n"),
            block("setup", 9, "# first\nXADD orders * a 1\nalice> PING\n"),
            block("goal acked", 20, "Acknowledge\nit.\n  pending orders billing = 0\n"),
            block("hint", 30, "Think."),
            block("hint", 33, "XACK"),
            block("hint", 36, "XACK orders billing 1-0"),
            block("solution by hand", 40, "alice> XACK orders billing 1-0\n"),
        ]
    }

    #[test]
    fn a_whole_lesson_is_read() {
        let (lesson, errors) = Lesson::from_blocks(&whole());
        assert_eq!(errors, []);
        assert_eq!((lesson.number.as_str(), lesson.since), ("4.3", Profile::Redis70));
        assert_eq!(lesson.goals[0].title, "Acknowledge it.");
        let who: Vec<_> =
            lesson.setup.iter().map(|line| (line.who.as_str(), line.at_line)).collect();
        assert_eq!(who, [("you", 10), ("alice", 11)]);
    }

    #[test]
    fn every_mistake_is_reported_with_its_line() {
        let mut blocks = whole();
        blocks.push(block("goal acked", 50, "Again.\n  lenght orders = 1\n"));
        blocks.push(block("gaol x", 61, ""));
        blocks.remove(3);
        let (_, errors) = Lesson::from_blocks(&blocks);
        let lines: Vec<_> = errors.iter().map(|error| error.line).collect();
        assert_eq!(lines, [51, 60, 1]);
        assert!(errors[2].what.contains("three ```hint"));
    }

    #[test]
    fn a_greater_sign_in_a_command_names_no_client() {
        let line = ScriptLine::parse(1, "XREADGROUP GROUP g c STREAMS a b > >").unwrap();
        assert_eq!(line.who, LEARNER);
    }
}
