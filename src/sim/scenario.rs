//! Scenario files: how a world begins, and what happens in it by itself.
//!
//! ```text
//! title: Orders
//! about: A shop appends orders; three billing services share them.
//! seed: 7
//! profile: 8.6
//!
//! # Lines of the console, at time 0.
//! XGROUP CREATE orders billing 0 MKSTREAM
//! SIM ADD PRODUCER web STREAM orders RATE 2/s \
//!     FIELDS order {n} amount {1..500}
//! # At another time, as another client.
//! @10s SIM CRASH billing-2 AFTER-EFFECT
//! @1m alice> XADD orders * order 0
//! ```
//!
//! The header ends with the first line that is none of its. A backslash at the end of a line
//! continues it. The files in `www/scenarios/` are examples.

use std::fmt;
use std::rc::Rc;

use super::control::{ControlLine, is_control, parse as parse_control};
use super::line::split;
use super::quantity::{parse_duration, parse_factor};
use crate::command::Profile;
use crate::limits::{LINE_BYTES_MAX, NAME_BYTES_MAX, SCENARIO_BYTES_MAX, SCENARIO_LINES_MAX};
use crate::limits::{SPEED_PERMILLE_MAX, SPEED_PERMILLE_MIN};
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
    /// `about:`, one paragraph; several such lines are joined.
    pub about: String,
    /// `seed:`
    pub seed: u64,
    /// `profile:`, if it asks for one.
    pub profile: Option<Profile>,
    /// `paused: yes`: time does not run at first.
    pub paused: bool,
    /// `speed:`, in thousandths.
    pub speed_permille: u32,
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

/// The scenarios that come with the page, in the order in which they are listed.
const BUILTIN: [(&str, &str); 11] = [
    ("empty", include_str!("../../www/scenarios/empty.scenario")),
    ("orders", include_str!("../../www/scenarios/orders.scenario")),
    ("slow-consumer", include_str!("../../www/scenarios/slow-consumer.scenario")),
    ("poison-entry", include_str!("../../www/scenarios/poison-entry.scenario")),
    ("rolling-deploy", include_str!("../../www/scenarios/rolling-deploy.scenario")),
    ("hot-key", include_str!("../../www/scenarios/hot-key.scenario")),
    ("backfill-then-live", include_str!("../../www/scenarios/backfill-then-live.scenario")),
    ("trim-overtakes", include_str!("../../www/scenarios/trim-overtakes.scenario")),
    ("eager-claimer", include_str!("../../www/scenarios/eager-claimer.scenario")),
    ("ghost-group", include_str!("../../www/scenarios/ghost-group.scenario")),
    ("iot-burst", include_str!("../../www/scenarios/iot-burst.scenario")),
];

impl Scenario {
    /// The names of the scenarios that come with the page.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        BUILTIN.iter().map(|(name, _)| *name)
    }

    /// The text of a scenario that comes with the page.
    pub fn builtin_text(name: &str) -> Option<&'static str> {
        BUILTIN.iter().find(|(builtin, _)| *builtin == name).map(|(_, text)| *text)
    }

    /// A scenario that comes with the page.
    pub fn builtin(name: &str) -> Option<Scenario> {
        Scenario::parse(name, Scenario::builtin_text(name)?).ok()
    }

    /// A world with nothing in it.
    pub fn empty() -> Scenario {
        let (name, text) = ("empty".into(), "title: Empty\n".into());
        let lines = Rc::new([]);
        Scenario { name, text, lines, title: "Empty".to_owned(), ..Scenario::untitled() }
    }

    fn untitled() -> Scenario {
        Scenario {
            name: "".into(),
            text: "".into(),
            title: String::new(),
            about: String::new(),
            seed: 1,
            profile: None,
            paused: false,
            speed_permille: 1_000,
            lines: Rc::new([]),
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// The first thing that is wrong, with the number of its line and what to write.
    pub fn parse(name: &str, text: &str) -> Result<Scenario, ScenarioError> {
        let at =
            |line_no, message: String| ScenarioError { name: name.to_owned(), line_no, message };
        if SCENARIO_BYTES_MAX < text.len() {
            return Err(at(1, format!("a scenario has at most {SCENARIO_BYTES_MAX} bytes")));
        }
        let mut scenario =
            Scenario { name: name.into(), text: text.into(), ..Scenario::untitled() };
        let mut lines: Vec<ScenarioLine> = Vec::new();
        let mut in_header = true;
        for (line_no, line) in logical_lines(text) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            in_header =
                in_header && scenario.read_header(&line).map_err(|message| at(line_no, message))?;
            if !in_header {
                lines.push(read_line(&line, line_no).map_err(|message| at(line_no, message))?);
            }
            if SCENARIO_LINES_MAX < lines.len() {
                return Err(at(line_no, format!("at most {SCENARIO_LINES_MAX} lines")));
            }
        }
        if scenario.title.is_empty() {
            return Err(at(1, "the title is missing: begin with 'title: …'".to_owned()));
        }
        lines.sort_by_key(|line| line.after_ms);
        scenario.lines = lines.into();
        Ok(scenario)
    }

    /// Reads a line of the header; false if it is none.
    fn read_header(&mut self, line: &str) -> Result<bool, String> {
        let Some((name, value)) = line.split_once(':') else { return Ok(false) };
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return Ok(false);
        }
        let value = value.trim();
        let wrong = |what: &str| format!("'{name}:' takes {what}, not '{value}'");
        match name {
            "title" if !value.is_empty() => self.title = value.to_owned(),
            "title" => return Err(wrong("a few words")),
            "about" => {
                if !self.about.is_empty() {
                    self.about.push(' ');
                }
                self.about.push_str(value);
            }
            "seed" => self.seed = value.parse().map_err(|_| wrong("a whole number"))?,
            "profile" => {
                self.profile = Some(value.parse::<Profile>().map_err(|error| error.to_string())?);
            }
            "paused" => match value {
                "yes" => self.paused = true,
                "no" => self.paused = false,
                _ => return Err(wrong("yes or no")),
            },
            "speed" => {
                let speeds = SPEED_PERMILLE_MIN..=SPEED_PERMILLE_MAX;
                let speed = parse_factor(value).filter(|speed| speeds.contains(speed));
                self.speed_permille = speed.ok_or_else(|| wrong("a factor from 0.1x to 100x"))?;
            }
            _ => {
                return Err(format!(
                    "no header '{name}:': there are title, about, seed, profile, paused, speed"
                ));
            }
        }
        Ok(true)
    }
}

/// Lines with those joined that a backslash continues; each with the number of its first.
fn logical_lines(text: &str) -> impl Iterator<Item = (usize, String)> {
    let mut lines = text.lines().enumerate();
    std::iter::from_fn(move || {
        let (line_idx, first) = lines.next()?;
        let mut line = first.trim().to_owned();
        while !line.starts_with('#')
            && let Some(start) = line.strip_suffix('\\')
        {
            line = start.trim_end().to_owned();
            let Some((_, next)) = lines.next() else { break };
            line.push(' ');
            line.push_str(next.trim());
        }
        Some((line_idx + 1, line))
    })
}

fn read_line(line: &str, line_no: usize) -> Result<ScenarioLine, String> {
    let mut rest = line;
    let mut after_ms = 0;
    if let Some(timed) = rest.strip_prefix('@') {
        let (time, after) = timed.split_once(' ').unwrap_or((timed, ""));
        let wrong = || format!("'@{time}' is no time: write for example '@5s' or '@1m30s'");
        after_ms = parse_duration(time).ok_or_else(wrong)?;
        rest = after.trim_start();
    }
    let mut who = "";
    if let Some((first, after)) = rest.split_once(' ')
        && let Some(name) = first.strip_suffix('>')
    {
        if name.is_empty() || NAME_BYTES_MAX < name.len() {
            return Err(format!("'{first}' is no client: write for example 'alice> XLEN orders'"));
        }
        who = name;
        rest = after.trim_start();
    }
    check_line(rest)?;
    Ok(ScenarioLine { after_ms, who: who.into(), line: rest.into(), line_no })
}

/// Refuses what could never run.
fn check_line(line: &str) -> Result<(), String> {
    if LINE_BYTES_MAX < line.len() {
        return Err(format!("a line has at most {LINE_BYTES_MAX} bytes"));
    }
    let words = split(line).map_err(|_| "a quote is not closed".to_owned())?;
    match words.first() {
        None => Err("a command is missing".to_owned()),
        Some(word) if is_control(word) => match parse_control(&words) {
            Ok(ControlLine::World(_)) => Ok(()),
            Ok(ControlLine::Session(_)) => {
                let word = String::from_utf8_lossy(word);
                Err(format!(
                    "{word} moves through history: a scenario cannot; begin with 'paused: yes' or \
                     'speed: 10x', or write '@5s' before a line"
                ))
            }
            Err(refusal) => Err(refusal.0.trim_start_matches("ERR ").to_owned()),
        },
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_header_and_lines_by_time() {
        let text = "# a comment\ntitle: T\nabout: one\nabout: two\nseed: 9\nprofile: 7.2\n\
                    speed: 10x\n\nXADD s * note: x\n@2s alice> XLEN s\n\
                    @1s SIM ADD PRODUCER web \\\n  STREAM s\n";
        let scenario = Scenario::parse("t", text).unwrap();
        assert_eq!((scenario.title.as_str(), scenario.about.as_str()), ("T", "one two"));
        assert_eq!((scenario.seed, scenario.speed_permille), (9, 10_000));
        assert_eq!(scenario.profile, Some(Profile::Redis72));
        let lines: Vec<_> = scenario
            .lines
            .iter()
            .map(|line| (line.after_ms, &*line.who, &*line.line, line.line_no))
            .collect();
        let expected = [
            (0, "", "XADD s * note: x", 9),
            (1_000, "", "SIM ADD PRODUCER web STREAM s", 11),
            (2_000, "alice", "XLEN s", 10),
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn errors_name_file_and_line_and_say_what_to_write() {
        let cases = [
            ("XLEN s", "t:1: the title is missing"),
            ("title:", "t:1: 'title:' takes a few words"),
            ("title: T\ncolour: red", "t:2: no header 'colour:'"),
            ("title: T\nseed: -1", "t:2: 'seed:' takes a whole number"),
            ("title: T\nprofile: 5.0", "t:2: no version profile '5.0'"),
            ("title: T\nspeed: 500x", "t:2: 'speed:' takes a factor"),
            ("title: T\n\n@soon XLEN s", "t:3: '@soon' is no time"),
            ("title: T\n@5s", "t:2: a command is missing"),
            ("title: T\n> XLEN s", "t:2: '>' is no client"),
            ("title: T\nXADD s * a \"b", "t:2: a quote is not closed"),
            ("title: T\nSIM ADD PRODUCER web \\\n RATE 5/s", "t:2: STREAM is missing"),
            ("title: T\nCLOCK PAUSE", "t:2: CLOCK moves through history"),
            ("title: T\nUNDO", "t:2: UNDO moves through history"),
        ];
        for (text, expected) in cases {
            let error = Scenario::parse("t", text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }

    #[test]
    fn all_that_come_with_the_page_can_be_read() {
        for name in Scenario::builtin_names() {
            let scenario = Scenario::parse(name, Scenario::builtin_text(name).unwrap());
            assert!(scenario.is_ok(), "{}", scenario.unwrap_err());
        }
        assert_eq!(Scenario::builtin("nowhere"), None);
    }
}
