//! Runs lessons: solutions must solve them, rejected attempts must not, quoted replies must be
//! true.

use std::collections::BTreeMap;

use streamlanes::command::Profile;
use streamlanes::lesson::{
    Attempt, Lesson, Prediction, Proof, Script, ScriptLine, Standing, solved,
};
use streamlanes::resp::{Value, decode};
use streamlanes::sim::transcript::{EntryState, Origin};
use streamlanes::view::text::goal_reason;

use crate::course::{Course, CourseLesson};
use crate::demo::Demo;

/// What is wrong with a lesson: the line of its file, counted from 1, and what.
pub type Finding = (u32, String);

/// Every lesson runs on it.
const NEWEST: Profile = Profile::Redis810;

/// Everything that is wrong with a lesson of the course on the versions that it claims.
pub fn check(course: &Course, lesson: &CourseLesson) -> Vec<Finding> {
    let claimed: Vec<Profile> =
        Profile::ALL.into_iter().filter(|profile| lesson.lesson.runs_on(*profile)).collect();
    let mut on: BTreeMap<Finding, Vec<Profile>> = BTreeMap::new();
    for profile in &claimed {
        let mut findings = check_on(lesson, *profile);
        for before in course.before(lesson).into_iter().filter(|_| lesson.lesson.keep_world) {
            findings.extend(kept_world(&lesson.lesson, &before.lesson, *profile));
        }
        for finding in findings {
            on.entry(finding).or_default().push(*profile);
        }
    }
    let with_versions = on.into_iter().map(|((line, what), profiles)| {
        if profiles == claimed {
            return (line, what);
        }
        let names: Vec<&str> = profiles.iter().map(|profile| profile.name()).collect();
        (line, format!("on {}: {what}", names.join(", ")))
    });
    let mut findings = shape(&lesson.lesson);
    findings.extend(with_versions);
    findings.extend(once(lesson));
    findings.sort();
    findings
}

/// What does not depend on the version, and what the prose says: replies grow from version to
/// version, and it shows those of the newest.
fn once(lesson: &CourseLesson) -> Vec<Finding> {
    let data = &lesson.lesson;
    // Without its setup nothing of it can be judged, and that was said.
    if Attempt::start(data, NEWEST).is_err() {
        return Vec::new();
    }
    let mut findings = useless_goals(data);
    for script in &data.solutions {
        if solved(&play(data, NEWEST, &script.lines).standings(data)) {
            findings.extend(not_needed(data, script));
        }
    }
    let (attempt, wrong) = told(lesson);
    findings.extend(wrong);
    findings.extend(mentioned(lesson, &attempt));
    findings
}

/// What every lesson must have, whatever it is about.
fn shape(lesson: &Lesson) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut need = |holds: bool, what: &str| {
        if !holds {
            findings.push((1, what.to_owned()));
        }
    };
    need(!lesson.about.is_empty(), "the head has no `about:` for the map of the course");
    need(!lesson.older.is_empty(), "the head has no `older:`: what to do on an older version");
    need(!lesson.solutions.is_empty(), "there is no ```solution block");
    need(2 <= lesson.rejected.len(), "there are fewer than two ```rejected blocks");
    findings
}

fn check_on(lesson: &CourseLesson, profile: Profile) -> Vec<Finding> {
    let data = &lesson.lesson;
    let mut findings = Vec::new();
    let attempt = match Attempt::start(data, profile) {
        Ok(attempt) => attempt,
        Err(error) => return vec![(error.line, error.what)],
    };
    findings.extend(setup_errors(data, &attempt));
    if solved(&attempt.standings(data)) {
        findings.push((1, "it is solved before the learner did anything".to_owned()));
    }
    for script in &data.solutions {
        findings.extend(solution(data, profile, script));
    }
    for script in &data.rejected {
        if solved(&play(data, profile, &script.lines).standings(data)) {
            let what = format!("the rejected attempt `{}` solves it", script.name);
            findings.push((line_of(script), what));
        }
    }
    for prediction in data.predictions.iter().filter(|prediction| !prediction.check.is_empty()) {
        findings.extend(predicted(data, profile, prediction));
    }
    findings
}

/// A lesson that keeps the world can be solved in each one that the lesson before leaves behind.
fn kept_world(lesson: &Lesson, before: &Lesson, profile: Profile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for left in before.solutions.iter().filter(|_| before.runs_on(profile)) {
        let session = play(before, profile, &left.lines).session;
        let context = format!("after the solution `{}` of {}", left.name, before.number);
        if solved(&Attempt::go_on(session.clone()).standings(lesson)) {
            findings.push((1, format!("{context} it is solved from the start")));
        }
        for script in &lesson.solutions {
            let mut attempt = Attempt::go_on(session.clone());
            for line in &script.lines {
                attempt.play(lesson, line);
            }
            if !solved(&attempt.standings(lesson)) {
                let what = format!("{context} the solution `{}` does not solve it", script.name);
                findings.push((line_of(script), what));
            }
        }
    }
    findings
}

fn line_of(script: &Script) -> u32 {
    script.lines.first().map_or(1, |line| line.at_line)
}

/// An attempt in which lines were typed.
fn play(lesson: &Lesson, profile: Profile, lines: &[ScriptLine]) -> Attempt {
    let mut attempt = Attempt::start(lesson, profile).unwrap_or_else(|error| panic!("{error}"));
    for line in lines {
        attempt.play(lesson, line);
    }
    attempt
}

/// A setup line that Redis refuses is a mistake of the author.
fn setup_errors(lesson: &Lesson, attempt: &Attempt) -> Vec<Finding> {
    let entries = attempt.session.world().transcript().iter();
    let refused = entries.filter(|entry| entry.from == Origin::Scenario).filter_map(|entry| {
        let EntryState::Replied { reply, .. } = &entry.state else { return None };
        let line = lesson.setup.iter().find(|line| *line.line == *entry.line)?;
        match decode(reply) {
            Ok((Value::Error(text), _)) => {
                let text = String::from_utf8_lossy(&text).into_owned();
                Some((line.at_line, format!("setup: `{}` answers {text}", entry.line)))
            }
            _ => None,
        }
    });
    refused.collect()
}

/// A solution reaches every goal.
fn solution(lesson: &Lesson, profile: Profile, script: &Script) -> Vec<Finding> {
    let standings = play(lesson, profile, &script.lines).standings(lesson);
    let mut findings = Vec::new();
    for (goal, standing) in lesson.goals.iter().zip(&standings) {
        let reason = match standing {
            Standing::Done => continue,
            Standing::Open(reason) => format!("is open: {}", goal_reason(reason)),
            Standing::Violated(reason) => format!("is violated: {}", goal_reason(reason)),
        };
        let what =
            format!("after the solution `{}` the goal `{}` {reason}", script.name, goal.name);
        findings.push((line_of(script), what));
    }
    findings
}

/// Every line of a solution is needed, unless it only looks.
fn not_needed(lesson: &Lesson, script: &Script) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (idx, line) in script.lines.iter().enumerate() {
        let mut lines = script.lines.clone();
        lines.remove(idx);
        let is_solved = solved(&play(lesson, NEWEST, &lines).standings(lesson));
        let what = match (line.optional, is_solved) {
            (false, true) => format!(
                "the solution `{}` works without `{}`: a goal should need it, or write `look {}`",
                script.name, line.line, line.line
            ),
            (true, false) => format!("`{}` is needed: write it without `look`", line.line),
            _ => continue,
        };
        findings.push((line.at_line, what));
    }
    let mut lines = script.lines.clone();
    lines.retain(|line| !line.optional);
    if lines.len() < script.lines.len() && !solved(&play(lesson, NEWEST, &lines).standings(lesson))
    {
        let what = format!("the solution `{}` needs one of its `look` lines", script.name);
        findings.push((line_of(script), what));
    }
    findings
}

/// Goals that hold from the start and that no rejected attempt and no shortened solution fails:
/// they say nothing.
fn useless_goals(lesson: &Lesson) -> Vec<Finding> {
    let mut fails = vec![false; lesson.goals.len()];
    let mut look = |attempt: &Attempt| {
        for (fails, standing) in fails.iter_mut().zip(attempt.standings(lesson)) {
            *fails |= !standing.is_done();
        }
    };
    look(&play(lesson, NEWEST, &[]));
    for script in lesson.rejected.iter().chain(&lesson.solutions) {
        for idx in 0..script.lines.len() {
            let mut lines = script.lines.clone();
            lines.remove(idx);
            look(&play(lesson, NEWEST, &lines));
        }
        if lesson.rejected.contains(script) {
            look(&play(lesson, NEWEST, &script.lines));
        }
    }
    let always = lesson.goals.iter().zip(fails).filter(|(_, fails)| !fails);
    always
        .map(|(goal, _)| {
            let what = format!(
                "the goal `{}` is always reached: add a rejected attempt that misses it, or remove \
                 it",
                goal.name
            );
            (1, what)
        })
        .collect()
}

/// The engine gives the answer that is marked as right, and none of the others.
fn predicted(lesson: &Lesson, profile: Profile, prediction: &Prediction) -> Vec<Finding> {
    let attempt = play(lesson, profile, &prediction.check);
    let line = prediction.check.last().map_or(1, |line| line.at_line);
    let (reply, waited) = last_reply(&attempt).unwrap_or_default();
    let shown = reply.as_ref().map(streamlanes::resp::layout_value).unwrap_or_default();
    let mut findings = Vec::new();
    for choice in &prediction.choices {
        let fits = match &choice.proof {
            None => continue,
            Some(Proof::Reply(pattern)) => pattern.matches(reply.as_ref(), waited),
            Some(Proof::Condition(condition)) => attempt.holds(condition),
        };
        if fits != choice.right {
            let what = match choice.right {
                true => format!("the engine does not prove `{}`; it answers: {shown}", choice.text),
                false => format!("`{}` is wrong, but fits the answer: {shown}", choice.text),
            };
            findings.push((line, what));
        }
    }
    findings
}

/// The reply to the last line that somebody typed, and whether it waited.
fn last_reply(attempt: &Attempt) -> Option<(Option<Value>, bool)> {
    let entries = attempt.session.world().transcript().iter();
    let last = entries.rev().find(|entry| entry.from == Origin::Human)?;
    Some(match &last.state {
        EntryState::Waiting => (None, true),
        EntryState::Replied { reply, at } => {
            (decode(reply).ok().map(|(value, _)| value), last.at < *at)
        }
        EntryState::Note(_) => (None, false),
    })
}

/// The prose's commands, run in their order, answer what the prose quotes.
fn told(lesson: &CourseLesson) -> (Attempt, Vec<Finding>) {
    let mut findings = Vec::new();
    let data = &lesson.lesson;
    let mut attempt = play(data, NEWEST, &[]);
    for block in &lesson.prose.blocks {
        let (kind, who) = block.info.split_once(' ').unwrap_or((block.info.as_str(), ""));
        match kind {
            "redis" => {
                for (n, line) in (block.line..).zip(block.text.lines()) {
                    let line =
                        if who.is_empty() { line.to_owned() } else { format!("{who}> {line}") };
                    match ScriptLine::parse(n, &line) {
                        Ok(line) => attempt.play(data, &line),
                        Err(error) => findings.push((error.line, error.what)),
                    }
                }
            }
            "reply" => {
                let said = match last_reply(&attempt) {
                    Some((Some(value), _)) => streamlanes::resp::layout_value(&value),
                    _ => String::new(),
                };
                if said.trim_end() != block.text.trim_end() {
                    findings.push((block.line, format!("the engine answers instead:\n{said}")));
                }
            }
            _ => {}
        }
    }
    (attempt, findings)
}

/// Replies and ids that a sentence mentions were given by the engine somewhere in the lesson: to
/// what the prose runs, to a solution, a rejected attempt, a prediction or a demonstration.
fn mentioned(lesson: &CourseLesson, told: &Attempt) -> Vec<Finding> {
    let codes: Vec<(u32, String)> = codes(lesson)
        .into_iter()
        .map(|(line, code)| (line, code.trim_end_matches(['…', ' ']).to_owned()))
        .filter(|(_, code)| looks_like_reply(code))
        .collect();
    if codes.is_empty() {
        return Vec::new();
    }
    let data = &lesson.lesson;
    let scripts = data.solutions.iter().chain(&data.rejected).map(|script| &script.lines);
    let checks = data.predictions.iter().map(|prediction| &prediction.check);
    let mut said: Vec<String> =
        scripts.chain(checks).map(|lines| replies_of(&play(data, NEWEST, lines))).collect();
    said.push(replies_of(told));
    for block in lesson.prose.blocks.iter().filter(|block| block.info.starts_with("demo")) {
        // What is wrong with a demonstration is reported where it is shown.
        let frames = Demo::parse("", block.line, &block.text).and_then(|demo| demo.play());
        said.extend(frames.iter().flatten().flat_map(|frame| frame.said.clone()));
    }
    codes
        .into_iter()
        .filter(|(_, code)| !said.iter().any(|said| has_whole(said, code)))
        .map(|(line, code)| (line, format!("nothing in this lesson is answered with `{code}`")))
        .collect()
}

/// What stands between backticks: in sentences, and in the head, goals, hints and questions.
fn codes(lesson: &CourseLesson) -> Vec<(u32, String)> {
    let mut codes = lesson.prose.codes.clone();
    for block in &lesson.prose.blocks {
        let kind = block.info.split(' ').next().unwrap_or_default();
        if !matches!(kind, "lesson" | "goal" | "hint" | "predict" | "question" | "demo") {
            continue;
        }
        for (n, line) in (block.line..).zip(block.text.lines()) {
            let parts = line.split('`').skip(1).step_by(2);
            codes.extend(parts.map(|part| (n, part.to_owned())));
        }
    }
    codes
}

/// First words of the errors that lessons may speak of.
const ERROR_KINDS: [&str; 8] =
    ["ERR", "BUSYGROUP", "EXECABORT", "NOAUTH", "NOGROUP", "OOM", "UNBLOCKED", "WRONGTYPE"];

/// `(integer) 0`, `"tea"`, `WRONGTYPE Operation …`, `1700000000000-0`.
fn looks_like_reply(code: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_id = code.split_once('-').is_some_and(|(ms, seq)| is_number(ms) && is_number(seq));
    let is_typed = ["(integer) ", "(nil)", "(error) ", "(empty "];
    let is_error = ERROR_KINDS.contains(&code.split(' ').next().unwrap_or_default());
    is_id || is_error || code.starts_with('"') || is_typed.iter().any(|it| code.starts_with(it))
}

/// Everything that was answered to people and services.
fn replies_of(attempt: &Attempt) -> String {
    let mut out = String::new();
    for entry in attempt.session.world().transcript().iter() {
        if let EntryState::Replied { reply, .. } = &entry.state {
            out.push_str(&streamlanes::resp::layout(reply).unwrap_or_default());
            out.push('\n');
        }
    }
    out
}

/// Whether a text has the part, not as a piece of a longer number.
fn has_whole(text: &str, part: &str) -> bool {
    text.match_indices(part).any(|(at, _)| {
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        !digit(text[..at].chars().next_back()) && !digit(text[at + part.len()..].chars().next())
    })
}
