//! Demonstrations inside the prose: a few lines that the engine runs while the page is built, with
//! what is there after each of them. Readers scrub through the steps; without a script they read
//! them one below the other.
//!
//! A demonstration has a world of its own. It never touches the learner's.

use streamlanes::command::Profile;
use streamlanes::engine::event::Name;
use streamlanes::engine::{Stream, StreamId};
use streamlanes::lesson::{ScriptLine, waiting_ms};
use streamlanes::resp::layout;
use streamlanes::sim::transcript::EntryState;
use streamlanes::sim::{Scenario, Session, Submitted, World};
use streamlanes::view::{text, twin};

use crate::markdown::Mistake;

/// A demonstration as its author wrote it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Demo {
    /// What it shows.
    pub caption: String,
    /// What is typed before the first step.
    setup: Vec<ScriptLine>,
    /// What is typed, each with a remark of the author (empty for none).
    steps: Vec<(String, ScriptLine)>,
}

/// What is there after a step.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Frame {
    /// The author's remark.
    pub remark: String,
    /// Who typed; empty for what only lets time go by, and before the first step.
    pub who: String,
    /// What was typed.
    pub line: String,
    /// What was answered, to this line and to those that had waited.
    pub said: Vec<String>,
    /// The streams, their groups and consumers, the ledger.
    pub rows: Vec<Row>,
}

/// A line of the picture.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// `log`, `group`, `lane` or `ledger`.
    pub kind: &'static str,
    /// Its name.
    pub title: String,
    /// What there is to say of it.
    pub note: String,
    /// What is in it.
    pub chips: Vec<Chip>,
}

/// An entry, or an effect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chip {
    /// What stands on it.
    pub text: String,
    /// The id of the entry, short; empty where it does not matter.
    pub id: String,
    /// `new`, `pending`, `acked`, `gone` or `double`: for the style sheet, and said in words.
    pub state: &'static str,
}

/// More steps than that are a lesson, not a demonstration.
const STEPS_MAX: usize = 12;
/// Most entries shown of a stream: the newest.
const CHIPS_MAX: usize = 8;

impl Demo {
    /// Reads a `demo CAPTION` block: lines to type before, a line `---`, the steps. A line that
    /// begins with `#` is a remark on the step after it.
    ///
    /// # Errors
    /// The line at fault and what to write there.
    pub fn parse(caption: &str, line: u32, text: &str) -> Result<Demo, Mistake> {
        let mut demo = Demo { caption: caption.to_owned(), setup: Vec::new(), steps: Vec::new() };
        let has_setup = text.lines().any(|line| line.trim() == "---");
        let mut in_setup = has_setup;
        let mut remark = String::new();
        for (n, line) in (line..).zip(text.lines()) {
            let line = line.trim();
            if line == "---" {
                in_setup = false;
            } else if let Some(words) = line.strip_prefix('#') {
                words.trim().clone_into(&mut remark);
            } else if !line.is_empty() {
                let step = ScriptLine::parse(n, line).map_err(|error| (error.line, error.what))?;
                match in_setup {
                    true => demo.setup.push(step),
                    false => demo.steps.push((std::mem::take(&mut remark), step)),
                }
            }
        }
        let wrong = |what: &str| Err((line, what.to_owned()));
        match demo.steps.len() {
            _ if demo.caption.is_empty() => wrong("say what it shows: ```demo A crash in between"),
            0 | 1 => wrong("a demo has at least two steps, after the line `---`"),
            n if STEPS_MAX < n => wrong("a demo has at most twelve steps: show less at once"),
            _ => Ok(demo),
        }
    }

    /// Runs it: how it is before the first step, and after each.
    ///
    /// # Errors
    /// A line that cannot be run in a demo.
    pub fn play(&self) -> Result<Vec<Frame>, Mistake> {
        let scenario = Scenario::empty();
        let seed = scenario.seed;
        let mut run =
            Run { session: Session::new(scenario, seed, Profile::Redis810), waiting: Vec::new() };
        for line in &self.setup {
            run.step(line)?;
        }
        let mut frames = vec![Frame { rows: rows(run.session.world()), ..Frame::default() }];
        for (remark, line) in &self.steps {
            let said = run.step(line)?;
            let lets_time_go = line.line.starts_with("wait ");
            frames.push(Frame {
                remark: remark.clone(),
                who: if lets_time_go { String::new() } else { line.who.clone() },
                line: line.line.clone(),
                said,
                rows: rows(run.session.world()),
            });
        }
        Ok(frames)
    }
}

/// A demonstration that is being run.
struct Run {
    session: Session,
    /// Lines that wait for their reply: their numbers, and who waits.
    waiting: Vec<(u64, String)>,
}

impl Run {
    /// Types a line; returns what was answered.
    fn step(&mut self, line: &ScriptLine) -> Result<Vec<String>, Mistake> {
        let mut said = Vec::new();
        if let Some(duration) = line.line.strip_prefix("wait ") {
            let ms = waiting_ms(duration).map_err(|what| (line.at_line, what))?;
            self.session.advance_to(self.session.now().saturating_add(ms), usize::MAX);
        } else {
            match self.session.submit(&line.who, &line.line) {
                Submitted::Applied { seq } => match self.reply(seq) {
                    Some(reply) => said.push(reply),
                    None => {
                        said.push("…waits".to_owned());
                        self.waiting.push((seq, line.who.clone()));
                    }
                },
                Submitted::Aside { seq } => {
                    let aside = self.session.asides_from(seq).next();
                    match aside.map(|aside| aside.answer.clone()) {
                        Some(Ok(text)) => said.push(text.to_string()),
                        Some(Err(text)) => return Err((line.at_line, text.to_string())),
                        None => {}
                    }
                }
                Submitted::Nothing => {}
            }
        }
        let waiting = std::mem::take(&mut self.waiting);
        for (seq, who) in waiting {
            match self.reply(seq) {
                Some(reply) => said.push(format!("{who}> {reply}")),
                None => self.waiting.push((seq, who)),
            }
        }
        Ok(said)
    }

    /// The reply to a line of the transcript, as redis-cli shows it.
    fn reply(&self, seq: u64) -> Option<String> {
        match &self.session.world().transcript().get(seq)?.state {
            EntryState::Waiting => None,
            EntryState::Replied { reply, .. } => layout(reply).ok(),
            EntryState::Note(text) => Some(text.to_string()),
        }
    }
}

/// What is there.
fn rows(world: &World) -> Vec<Row> {
    let store = world.server().store();
    let mut rows = Vec::new();
    for key in store.db(0).keys() {
        if let Ok(Some(stream)) = store.stream(0, key) {
            of_stream(key, stream, &mut rows);
        }
    }
    let ledger = world.ledger();
    let done = ledger.effects().filter(|effect| !effect.suppressed).map(|effect| {
        let again = effect.is_duplicate();
        let label = of_entry(world, &effect.stream, effect.entry);
        let words = if again { " again" } else { "" };
        let state = if again { "double" } else { "acked" };
        let text = format!("{} {label}{words}", effect.what);
        Chip { text, id: String::new(), state }
    });
    let lost = ledger.losses().filter(|loss| !loss.recovered).map(|loss| {
        let label = of_entry(world, &loss.stream, loss.entry);
        let text = format!("{label} never {}", loss.what);
        Chip { text, id: String::new(), state: "gone" }
    });
    let chips: Vec<Chip> = done.chain(lost).collect();
    if !chips.is_empty() {
        let note = String::new();
        rows.push(Row { kind: "ledger", title: "Ledger".to_owned(), note, chips });
    }
    rows
}

fn of_stream(key: &Name, stream: &Stream, rows: &mut Vec<Row>) {
    let newest = stream.range_rev(StreamId::MIN, StreamId::MAX).take(CHIPS_MAX);
    let mut chips: Vec<Chip> = newest
        .map(|entry| Chip {
            text: label(stream, entry.id),
            id: text::short_id(entry.id),
            state: twin::state(stream, entry.id),
        })
        .collect();
    chips.reverse();
    let note = match chips.len() as u64 {
        n if n < stream.len() => text::n_more(usize::try_from(stream.len() - n).unwrap_or(0)),
        0 => "empty".to_owned(),
        _ => String::new(),
    };
    rows.push(Row { kind: "log", title: text::lossy(key), note, chips });
    for group in stream.groups() {
        let n_left =
            group.last_id().next().map_or(0, |next| stream.range(next, StreamId::MAX).count());
        let note = format!("lag {n_left}");
        let title = text::lossy(group.name());
        rows.push(Row { kind: "group", title, note, chips: Vec::new() });
        for consumer in group.consumers() {
            let pending = group.pending_of(consumer, StreamId::MIN, StreamId::MAX);
            let chips = pending.map(|one| {
                let times = match one.delivery_count {
                    0 | 1 => String::new(),
                    n => format!(" ×{n}"),
                };
                let state = if stream.contains(one.id) { "pending" } else { "gone" };
                let text = format!("{}{times}", label(stream, one.id));
                Chip { text, id: String::new(), state }
            });
            let chips: Vec<Chip> = chips.collect();
            let note = if chips.is_empty() { "nothing pending" } else { "" };
            let title = text::lossy(consumer.name());
            rows.push(Row { kind: "lane", title, note: note.to_owned(), chips });
        }
    }
}

/// What an entry holds, or its id once it is gone.
fn of_entry(world: &World, key: &Name, id: StreamId) -> String {
    match world.server().store().stream(0, key) {
        Ok(Some(stream)) => label(stream, id),
        _ => text::short_id(id),
    }
}

/// The value of an entry that says most: the last one that is a word.
fn label(stream: &Stream, id: StreamId) -> String {
    let Some(entry) = stream.get(id) else { return text::short_id(id) };
    let is_word = |value: &&[u8]| value.iter().any(u8::is_ascii_alphabetic);
    let values = || entry.fields().map(|(_, value)| value);
    let word = values().find(is_word).or_else(|| values().next());
    text::lossy(word.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CRASH: &str = "XADD orders * item tea\nXGROUP CREATE orders billing 0\n---\n\
                         # Alice takes it.\n\
                         alice> XREADGROUP GROUP billing alice STREAMS orders >\n\
                         alice> XACK orders billing 1700000000000-0\n";

    fn shown(frame: &Frame) -> Vec<String> {
        let row = |row: &Row| {
            let chips = row.chips.iter().map(|chip| format!(" [{} {}]", chip.text, chip.state));
            format!("{} {} {}{}", row.kind, row.title, row.note, chips.collect::<String>())
        };
        frame.rows.iter().map(row).collect()
    }

    #[test]
    fn each_step_shows_what_the_engine_made_of_it() {
        let frames = Demo::parse("Read and ack", 1, CRASH).unwrap().play().unwrap();
        let rows: Vec<_> = frames.iter().map(shown).collect();
        assert_eq!(rows[0], ["log orders  [tea new]", "group billing lag 1"]);
        let taken =
            ["log orders  [tea pending]", "group billing lag 0", "lane alice  [tea pending]"];
        assert_eq!(rows[1], taken);
        let done = ["log orders  [tea acked]", "group billing lag 0", "lane alice nothing pending"];
        assert_eq!(rows[2], done);
        assert_eq!(frames[1].remark, "Alice takes it.");
        assert_eq!(frames[2].said, ["(integer) 1"]);
    }

    #[test]
    fn whoever_waited_is_answered_in_the_step_that_wakes_them() {
        let text = "a> XREAD BLOCK 0 STREAMS s $\nXADD s 5-1 f v\nwait 1s\n";
        let frames = Demo::parse("Wake", 1, text).unwrap().play().unwrap();
        assert_eq!(frames[1].said, ["…waits"]);
        assert!(frames[2].said[1].starts_with("a> 1) 1) \"s\""), "{:?}", frames[2].said);
        assert_eq!((frames[3].who.as_str(), frames[3].line.as_str()), ("", "wait 1s"));
    }

    #[test]
    fn mistakes_name_the_line() {
        let thirteen = "PING\n".repeat(13);
        for (caption, text, line, part) in [
            ("", "PING\nPING", 7, "say what it shows"),
            ("a", "PING", 7, "at least two steps"),
            ("a", "PING\n---\nPING", 7, "at least two steps"),
            ("a", thirteen.as_str(), 7, "at most twelve"),
            ("a", "PING\nbob> ", 8, "write a command"),
        ] {
            let mistake = Demo::parse(caption, 7, text).unwrap_err();
            assert_eq!(mistake.0, line, "{text}");
            assert!(mistake.1.contains(part), "{text}: {}", mistake.1);
        }
        let mistake = Demo::parse("a", 7, "wait x\nPING").unwrap_err();
        assert_eq!(mistake, (7, "write `wait 5s`, at most `wait 24h`".to_owned()));
    }
}
