//! Predict before you run: a question whose answer the engine gives.

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
    /// What to run first, and last the command whose reply decides; empty for a question of
    /// judgement, which no command answers.
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
    /// What the deciding command answers if this choice is right.
    pub reply: Option<ReplyPattern>,
}

impl Prediction {
    /// Reads a `predict NAME` block: the question, `- [x] choice => reply`, `check:`, `because:`.
    ///
    /// # Errors
    /// The line at fault and what to write there.
    pub fn parse(name: &str, line: u32, text: &str) -> Result<Prediction, LessonError> {
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
            return wrong("a prediction begins with its question");
        }
        if self.choices.len() < 2 {
            return wrong("a prediction has at least two choices: `- [x] right => nil`, `- wrong`");
        }
        if self.choices.iter().filter(|choice| choice.right).count() != 1 {
            return wrong("exactly one choice is right: mark it with `- [x]`");
        }
        if self.because.is_empty() {
            return wrong("say why with a line `because: …`");
        }
        let decided = self.choices.iter().any(|choice| choice.right && choice.reply.is_some());
        if !self.check.is_empty() && !decided {
            return wrong(
                "the right choice names the reply that proves it: `- [x] nothing => nil`",
            );
        }
        Ok(())
    }
}

fn choice_of(text: &str) -> Result<Choice, String> {
    let (right, text) = match text.strip_prefix("[x] ") {
        Some(text) => (true, text),
        None => (false, text.strip_prefix("[ ] ").unwrap_or(text)),
    };
    let (text, reply) = match text.rsplit_once(" => ") {
        Some((text, reply)) => (text, Some(ReplyPattern::parse(reply.trim())?)),
        None => (text, None),
    };
    Ok(Choice { text: text.trim().to_owned(), right, reply })
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
            ("Q?\n- [x] a\n- b\ncheck: PING\nbecause: c", 5, "names the reply"),
        ] {
            let error = Prediction::parse("q", 5, text).unwrap_err();
            assert_eq!(error.line, line, "{text}");
            assert!(error.what.contains(part), "{text}: {}", error.what);
        }
    }
}
