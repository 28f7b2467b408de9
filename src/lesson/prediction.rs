//! Predict before you run: a question whose answer the engine gives. Beside it the question of
//! judgement, which no command answers.

use super::Condition;
use super::file::{LessonError, ScriptLine};
use super::pattern::ReplyPattern;

/// One question with its choices.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Prediction {
    /// How goals and answers name it.
    pub name: String,
    /// What is asked.
    pub question: String,
    /// What can be chosen.
    pub choices: Vec<Choice>,
    /// What to run; then the last reply, or the world, decides. Empty for a question of judgement.
    pub check: Vec<ScriptLine>,
    /// Said after an answer.
    pub because: String,
}

/// One possible answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// What it says.
    pub text: String,
    /// Whether it is right.
    pub right: bool,
    /// What can be seen after the check if this choice is right.
    pub proof: Option<Proof>,
}

/// How the engine says that a choice is right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Proof {
    /// The last line of the check is answered so.
    Reply(ReplyPattern),
    /// The world is so then.
    Condition(Condition),
}

impl Proof {
    fn parse(text: &str) -> Result<Proof, String> {
        match text.strip_prefix("if ") {
            Some(condition) => Condition::parse(condition).map(Proof::Condition),
            None => ReplyPattern::parse(text).map(Proof::Reply),
        }
    }
}

impl Prediction {
    /// Reads a `predict NAME` block: the question, `- [x] choice => proof`, `check:`, `because:`.
    ///
    /// # Errors
    /// The line at fault and what to write there.
    pub fn parse(name: &str, line: u32, text: &str) -> Result<Prediction, LessonError> {
        let prediction = Prediction::read(name, line, text)?;
        let proved = prediction.choices.iter().all(|choice| choice.proof.is_some());
        let wrong = |what: &str| Err(LessonError::at(line, what.to_owned()));
        if prediction.check.is_empty() {
            return wrong(
                "a prediction runs `check:` lines; what no command answers is a `question` block",
            );
        }
        if !proved {
            return wrong(
                "every choice says what would prove it: `- [x] nothing => nil`, or \
                 `- three => if length orders = 3`",
            );
        }
        Ok(prediction)
    }

    /// Reads a `question NAME` block, a question of judgement: a prediction without a check.
    ///
    /// # Errors
    /// The line at fault and what to write there.
    pub fn parse_question(name: &str, line: u32, text: &str) -> Result<Prediction, LessonError> {
        let prediction = Prediction::read(name, line, text)?;
        let has_proof = prediction.choices.iter().any(|choice| choice.proof.is_some());
        if has_proof || !prediction.check.is_empty() {
            let what = "a question that the engine answers is a `predict` block";
            return Err(LessonError::at(line, what.to_owned()));
        }
        Ok(prediction)
    }

    fn read(name: &str, line: u32, text: &str) -> Result<Prediction, LessonError> {
        let mut prediction = Prediction {
            name: name.to_owned(),
            question: String::new(),
            choices: Vec::new(),
            check: Vec::new(),
            because: String::new(),
        };
        for (n, content) in (line..).zip(text.lines()) {
            let content = content.trim();
            if let Some(choice) = content.strip_prefix("- ") {
                prediction
                    .choices
                    .push(choice_of(choice).map_err(|what| LessonError::at(n, what))?);
            } else if let Some(check) = content.strip_prefix("check:") {
                prediction.check.push(ScriptLine::parse(n, check)?);
            } else if let Some(because) = content.strip_prefix("because:") {
                join(&mut prediction.because, because.trim());
            } else if !prediction.because.is_empty() {
                join(&mut prediction.because, content);
            } else {
                join(&mut prediction.question, content);
            }
        }
        prediction.validate(line)?;
        Ok(prediction)
    }

    fn validate(&self, line: u32) -> Result<(), LessonError> {
        let wrong = |what: &str| Err(LessonError::at(line, what.to_owned()));
        if self.question.is_empty() {
            return wrong("begin with the question");
        }
        if self.choices.len() < 2 {
            return wrong("there are at least two choices: `- [x] right => nil`, `- wrong`");
        }
        if self.choices.iter().filter(|choice| choice.right).count() != 1 {
            return wrong("exactly one choice is right: mark it with `- [x]`");
        }
        if self.because.is_empty() {
            return wrong("say why with a line `because: …`");
        }
        Ok(())
    }
}

fn choice_of(text: &str) -> Result<Choice, String> {
    let (right, text) = match text.strip_prefix("[x] ") {
        Some(text) => (true, text),
        None => (false, text.strip_prefix("[ ] ").unwrap_or(text)),
    };
    let (text, proof) = match text.rsplit_once(" => ") {
        Some((text, proof)) => (text, Some(Proof::parse(proof.trim())?)),
        None => (text, None),
    };
    Ok(Choice { text: text.trim().to_owned(), right, proof })
}

fn join(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push(' ');
    }
    text.push_str(more);
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "What comes back?\n- alice's entry again => entries = 1\n- [x] nil => nil\n\
                        check: alice> XREADGROUP GROUP g alice STREAMS orders >\n\
                        because: `>` asks\nfor new entries.\n";

    #[test]
    fn a_prediction_is_read() {
        let prediction = Prediction::parse("q", 1, TEXT).unwrap();
        assert_eq!(prediction.question, "What comes back?");
        assert_eq!(prediction.because, "`>` asks for new entries.");
        assert_eq!(prediction.choices.iter().map(|c| c.right).collect::<Vec<_>>(), [false, true]);
        assert_eq!(prediction.check[0].who, "alice");
    }

    #[test]
    fn mistakes_name_the_line() {
        for (text, line, part) in [
            ("Q?\n- [x] a\nbecause: b", 5, "at least two choices"),
            ("Q?\n- a\n- b\nbecause: c", 5, "exactly one choice"),
            ("Q?\n- [x] a\n- b", 5, "because"),
            ("Q?\n- [x] a => has\n- b", 6, "needs the word"),
            ("Q?\n- [x] a => if lenth s = 1\n- b", 6, "lenth"),
            ("Q?\n- [x] a\n- b\ncheck: PING\nbecause: c", 5, "what would prove it"),
            ("Q?\n- [x] a\n- b\nbecause: c", 5, "`question` block"),
        ] {
            let error = Prediction::parse("q", 5, text).unwrap_err();
            assert_eq!(error.line, line, "{text}");
            assert!(error.what.contains(part), "{text}: {}", error.what);
        }
    }

    #[test]
    fn a_question_of_judgement_has_no_proof() {
        let text = "Which is it?\n- a list\n- [x] a stream\nbecause: it keeps.";
        assert!(Prediction::parse_question("q", 1, text).unwrap().check.is_empty());
        let error = Prediction::parse_question("q", 1, TEXT).unwrap_err();
        assert!(error.what.contains("`predict` block"), "{}", error.what);
    }

    #[test]
    fn the_world_can_be_the_proof() {
        let text = "How many?\n- [x] one => if length s = 1\n- two => if length s = 2\n\
                    check: XADD s * f v\nbecause: one was added.";
        let prediction = Prediction::parse("q", 1, text).unwrap();
        assert!(matches!(prediction.choices[0].proof, Some(Proof::Condition(_))));
    }
}
