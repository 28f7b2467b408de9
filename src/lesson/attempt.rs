//! A lesson being done: its world, and the evidence of what was done in it.

use std::fmt::Write as _;

use super::file::waiting_ms;
use super::judge::{Facts, holds, judge};
use super::{Condition, Evidence, Lesson, LessonError, ScriptLine, Standing};
use crate::command::Profile;
use crate::limits::REPEAT_MAX;
use crate::sim::{Scenario, Session};
use crate::time::{Millis, WORLD_START};

/// A lesson being done in a world: what was typed since it began, and when that was.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    evidence: Evidence,
    since: Millis,
}

impl Watch {
    /// Begins here and now.
    pub fn begin(session: &Session) -> Watch {
        Watch { evidence: Evidence::starting_at(session), since: session.now() }
    }

    /// Begins with everything that was typed in a session from its start: after a reload.
    pub fn from_start(since: Millis) -> Watch {
        Watch { evidence: Evidence::default(), since }
    }

    /// What the journal does not know of it, as a text for a reload: see [`Watch::read`].
    pub fn write(&self) -> String {
        let mut out = format!("{} {}", self.since, self.evidence.start_seq());
        for (name, right) in self.evidence.answers() {
            // Writing to a String cannot fail.
            let _ = write!(out, " {name}:{}", u8::from(right));
        }
        out
    }

    /// Reads what [`Watch::write`] wrote; `None` if it is damaged.
    pub fn read(text: &str) -> Option<Watch> {
        let mut words = text.split(' ');
        let since = words.next()?.parse().ok()?;
        let mut evidence = Evidence::from_line(words.next()?.parse().ok()?);
        for (name, right) in words.filter_map(|word| word.rsplit_once(':')) {
            evidence.answer(name, right == "1");
        }
        Some(Watch { evidence, since })
    }

    /// Takes in what happened since the last call.
    pub fn observe(&mut self, session: &Session) {
        self.evidence.update(session);
    }

    /// Whether too much was typed: what comes now cannot reach a goal any more.
    pub fn is_full(&self) -> bool {
        self.evidence.is_full()
    }

    /// Answers a prediction by the number of a choice, counted from 0; returns whether that is
    /// right. The first answer counts for the goals.
    pub fn answer(&mut self, lesson: &Lesson, name: &str, choice_idx: usize) -> bool {
        let prediction = lesson.predictions.iter().find(|prediction| prediction.name == name);
        let choice = prediction.and_then(|prediction| prediction.choices.get(choice_idx));
        let right = choice.is_some_and(|choice| choice.right);
        self.evidence.answer(name, right);
        right
    }

    /// How each goal stands.
    pub fn standings(&self, lesson: &Lesson, session: &Session) -> Vec<Standing> {
        judge(lesson, self.facts(session))
    }

    fn facts<'a>(&'a self, session: &'a Session) -> Facts<'a> {
        Facts { world: session.world(), evidence: &self.evidence, since: self.since }
    }
}

/// A lesson being done in a world of its own: how tests do it.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The world in which it happens.
    pub session: Session,
    watch: Watch,
}

impl Attempt {
    /// The lesson's world at its start: the scenario, then the setup lines.
    ///
    /// # Errors
    /// When the scenario does not exist or a setup line cannot be part of one.
    pub fn start(lesson: &Lesson, profile: Profile) -> Result<Attempt, LessonError> {
        let session = start(lesson, profile)?;
        Ok(Attempt { watch: Watch::begin(&session), session })
    }

    /// The lesson in a world that goes on: that of the lesson before.
    pub fn go_on(session: Session) -> Attempt {
        Attempt { watch: Watch::begin(&session), session }
    }

    /// Types one line of a script. `wait 5s` and `answer NAME 2` are no commands: see
    /// `docs/authoring.md`.
    pub fn play(&mut self, lesson: &Lesson, line: &ScriptLine) {
        let words: Vec<&str> = line.line.split_whitespace().collect();
        match words.as_slice() {
            ["wait", duration] => {
                let ms = waiting_ms(duration).unwrap_or(0);
                self.session.advance_to(self.session.now().saturating_add(ms), usize::MAX);
            }
            ["answer", name, choice] => {
                let choice_idx = choice.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
                self.watch.answer(lesson, name, choice_idx.unwrap_or(usize::MAX));
            }
            _ => {
                self.session.submit(&line.who, &line.line);
            }
        }
        self.watch.observe(&self.session);
    }

    /// How each goal stands.
    pub fn standings(&self, lesson: &Lesson) -> Vec<Standing> {
        self.watch.standings(lesson, &self.session)
    }

    /// Whether a condition holds now.
    pub fn holds(&self, condition: &Condition) -> bool {
        holds(condition, self.watch.facts(&self.session))
    }
}

/// A session at the start of a lesson: its scenario, then its setup lines.
///
/// # Errors
/// When the scenario does not exist or a setup line cannot be part of one.
pub fn start(lesson: &Lesson, profile: Profile) -> Result<Session, LessonError> {
    let (scenario, ready_at) = scenario(lesson)?;
    let seed = scenario.seed;
    let mut session = Session::new(scenario, seed, profile);
    session.advance_to(ready_at, usize::MAX);
    Ok(session)
}

/// The scenario of a lesson with its setup lines, and when the learner may begin. A number in front
/// of a setup line repeats it, as in the console.
///
/// # Errors
/// When the scenario does not exist or a setup line cannot be part of one.
pub fn scenario(lesson: &Lesson) -> Result<(Scenario, Millis), LessonError> {
    let head = |what: String| LessonError { line: 1, what };
    let base = Scenario::builtin(&lesson.scenario).ok_or_else(|| {
        let names: Vec<&str> = Scenario::builtin_names().collect();
        head(format!("no scenario is called `{}`: there are {}", lesson.scenario, names.join(", ")))
    })?;
    let mut text = base.text.to_string();
    let mut after_ms: Millis = 0;
    for line in &lesson.setup {
        let wrong = |what: String| LessonError { line: line.at_line, what };
        if let Some(duration) = line.line.strip_prefix("wait ") {
            let ms = waiting_ms(duration).map_err(wrong)?;
            after_ms = after_ms.saturating_add(ms);
            continue;
        }
        let (n_times, command) = repeated(&line.line);
        for _ in 0..n_times {
            // Writing to a String cannot fail.
            let _ = write!(text, "\n@{after_ms}ms {}> {command}", line.who);
        }
        // Looked at after every line, so that the mistake has the line of the lesson's file.
        Scenario::parse(&base.name, &text).map_err(|error| wrong(error.message))?;
    }
    text.push('\n');
    let scenario = Scenario::parse(&base.name, &text).map_err(|error| head(error.to_string()))?;
    Ok((scenario, WORLD_START.saturating_add(after_ms)))
}

/// `5 XADD …` is a line five times, as in the console.
fn repeated(line: &str) -> (u64, &str) {
    match line.split_once(' ') {
        Some((n, rest)) => match n.parse::<u64>() {
            Ok(n) => (n.min(REPEAT_MAX), rest),
            Err(_) => (1, line),
        },
        None => (1, line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::{Block, solved};

    fn lesson() -> Lesson {
        let block =
            |info: &str, text: &str| Block { info: info.into(), line: 1, text: text.into() };
        let (lesson, _) = Lesson::from_blocks(&[
            block("setup", "XADD orders * item tea"),
            block("question q", "Q?\n- a\n- [x] b\nbecause: c"),
            block("goal all", "All.\n  ran XLEN orders\n  right q"),
        ]);
        lesson
    }

    #[test]
    fn a_reload_forgets_neither_answers_nor_where_the_lesson_began() {
        let lesson = lesson();
        let mut session = start(&lesson, Profile::Redis810).unwrap();
        session.submit("you", "XLEN orders");
        let mut watch = Watch::begin(&session);
        watch.answer(&lesson, "q", 1);
        let mut again = Watch::read(&watch.write()).unwrap();
        again.observe(&session);
        assert!(!solved(&again.standings(&lesson, &session)), "what came before does not count");
        session.submit("you", "XLEN orders");
        again.observe(&session);
        assert!(solved(&again.standings(&lesson, &session)));
    }

    #[test]
    fn a_damaged_text_is_no_watch() {
        for text in ["", "x", "1", "1 x", "-1 0"] {
            assert!(Watch::read(text).is_none(), "{text}");
        }
        assert!(Watch::read("1 0 a b:c :").is_some());
    }
}
