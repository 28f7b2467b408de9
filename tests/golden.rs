//! Replays transcripts that were recorded from a real Redis 8.6.3 and compares every reply.
//!
//! * `golden/edge-8.6.3-resp{2,3}.txt`: one client, about 730 commands; each section starts on an
//!   empty server. A command, then its reply, indented.
//! * `golden/blocking-8.6.3.txt`: a client that waits, and another one that acts.
//! * `golden/known-differences.txt`: where we differ and why. An entry that no longer differs
//!   fails.
//!
//! `<now>`, `<t>` and `'#'` stand for times and other numbers that no two runs share.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use streamlanes::command::{ClientId, Outcome, Profile, Server};
use streamlanes::resp::{Value, decode};
use streamlanes::time::{Millis, WORLD_START};

/// How much time passes before each step of a blocking scenario: one of them waits until an entry
/// was idle for 60 ms, and says that the second step after the start sees it.
const STEP_MS: Millis = 40;

#[test]
fn every_reply_is_the_recorded_one_in_resp2() {
    check_edges("edge-8.6.3-resp2.txt", Notation::Counted, None);
}

#[test]
fn every_reply_is_the_recorded_one_in_resp3() {
    check_edges("edge-8.6.3-resp3.txt", Notation::Counted, Some("HELLO 3"));
}

#[test]
fn blocked_clients_wake_as_recorded() {
    let mut report = Report::new("blocking-8.6.3.txt");
    let text = golden("blocking-8.6.3.txt");
    for block in text.split("\n\n").map(|block| block.trim_matches('\n')).filter(|b| !b.is_empty())
    {
        let mut lines = block.lines();
        let title = lines.next().unwrap();
        match title.split_once(" -> ") {
            // The one-line scenarios of the file's end share blocks.
            Some(_) => block.lines().for_each(|line| check_one_liner(line, &mut report)),
            None => check_scenario(title, lines, &mut report),
        }
    }
    assert!(30 <= report.n_compared, "only {} replies compared", report.n_compared);
    report.finish();
}

/// The two ways in which replies are written in the files.
#[derive(Clone, Copy)]
enum Notation {
    /// `*2[$"a" :1]`
    Counted,
    /// `*[$'a', :'1']`
    Quoted,
}

// ---- the edge files

fn check_edges(file: &str, notation: Notation, hello: Option<&str>) {
    let mut report = Report::new(file);
    let text = golden(file);
    for section in text.split("\n## ").skip(1) {
        let (title, body) = section.split_once('\n').unwrap();
        let mut world = World::new();
        let client = world.server.connect(world.now);
        if let Some(hello) = hello {
            world.reply(client, hello);
        }
        let mut lines = body.lines().filter(|line| !line.is_empty());
        while let Some(command) = lines.next() {
            let expected = lines.next().and_then(|line| line.strip_prefix("    "));
            let expected = expected.unwrap_or_else(|| panic!("{title}: no reply for {command}"));
            world.now += 1;
            let reply = world.reply_or_timeout(client, command);
            report.compare(title, command, expected, &render(&reply, notation));
        }
    }
    assert!(700 <= report.n_compared, "only {} replies compared", report.n_compared);
    report.finish();
}

// ---- the blocking file

fn check_scenario<'a>(title: &str, lines: impl Iterator<Item = &'a str>, report: &mut Report) {
    let mut world = World::new();
    let [actor, waiter] = [(); 2].map(|()| world.server.connect(world.now));
    let mut waits = false;
    for line in lines.map(str::trim) {
        if let Some((setup, command)) = line.split_once("]  then  ") {
            let setup = setup.strip_prefix('[').unwrap();
            for command in setup.split(";;").map(str::trim).filter(|c| !c.is_empty()) {
                world.reply(actor, command);
            }
            waits = world.starts_to_wait(waiter, command);
            continue;
        }
        world.now += STEP_MS;
        if let Some(expected) = line.strip_prefix("-> at once ") {
            let reply = world.output(waiter);
            report.compare(title, "at once", expected, &reply);
            continue;
        }
        let (command, expected) = line.split_once(" = ").unwrap();
        let (expected, woken) = match expected.split_once("   -> ") {
            Some((expected, woken)) => (expected, Some(woken)),
            None => (expected, None),
        };
        world.server.advance(world.now);
        let reply = world.reply(actor, command);
        report.compare(title, command, expected, &render(&reply, Notation::Quoted));
        let found = world.output(waiter);
        let found = match (waits, found.as_str()) {
            (true, "") => "still blocked".to_owned(),
            (true, reply) => format!("WAKES {reply}"),
            (false, reply) => reply.to_owned(),
        };
        waits &= found == "still blocked";
        report.compare(title, &format!("after {command}"), woken.unwrap_or(""), &found);
    }
}

fn check_one_liner(line: &str, report: &mut Report) {
    let (title, expected) = line.split_once(" -> ").unwrap();
    let mut world = World::new();
    let [actor, first, second] = [(); 3].map(|()| world.server.connect(world.now));
    let found = match title {
        "two clients XREADGROUP" | "two clients XREAD" => {
            world.reply(actor, "XGROUP CREATE s g $ MKSTREAM");
            let command = match title {
                "two clients XREAD" => "XREAD BLOCK 0 STREAMS s $",
                _ => "XREADGROUP GROUP g c BLOCK 0 STREAMS s >",
            };
            assert!(world.starts_to_wait(first, command));
            assert!(world.starts_to_wait(second, command));
            world.reply(actor, "XADD s 1-0 f v");
            let [one, two] = [first, second].map(|client| match world.output(client) {
                reply if reply.is_empty() => "(no reply: still blocked)".to_owned(),
                reply => reply,
            });
            format!("1st {one} | 2nd {two}")
        }
        "CLIENT UNBLOCK id" | "CLIENT UNBLOCK id ERROR" => {
            assert!(world.starts_to_wait(first, "XREAD BLOCK 0 STREAMS s $"));
            let command = title.replace(" id", &format!(" {first}"));
            let reply = render(&world.reply(actor, &command), Notation::Quoted);
            format!("{reply} {}", world.output(first))
        }
        _ => panic!("{title}: no such scenario"),
    };
    report.compare(title, title, expected, &found);
}

/// A server, its time, and what it said to clients that did not just ask.
struct World {
    server: Server,
    now: Millis,
    outputs: BTreeMap<ClientId, Vec<u8>>,
}

impl World {
    fn new() -> World {
        let server = Server::new(Profile::Redis86);
        World { server, now: WORLD_START, outputs: BTreeMap::new() }
    }

    fn execute(&mut self, client: ClientId, command: &str) -> (Outcome, Vec<u8>) {
        let words = words(command);
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        let mut out = Vec::new();
        let outcome = self.server.execute(client, &words, self.now, &mut out);
        self.poll();
        (outcome, out)
    }

    fn poll(&mut self) {
        while let Some((client, bytes)) = self.server.poll_output() {
            self.outputs.entry(client).or_default().extend(bytes);
        }
    }

    /// Runs a command that must answer at once.
    fn reply(&mut self, client: ClientId, command: &str) -> Value {
        let (outcome, out) = self.execute(client, command);
        assert_eq!(outcome, Outcome::Replied, "{command}");
        value(&out)
    }

    /// Runs a command; if it waits, lets time pass until it answers.
    fn reply_or_timeout(&mut self, client: ClientId, command: &str) -> Value {
        let (outcome, mut out) = self.execute(client, command);
        if outcome == Outcome::Blocked {
            self.now = self.server.next_wakeup().unwrap_or_else(|| panic!("{command}: for ever"));
            self.server.advance(self.now);
            self.poll();
            out = self.outputs.remove(&client).unwrap_or_default();
        }
        value(&out)
    }

    /// Runs a command that may wait; whether it does. An answer is kept for `output`.
    fn starts_to_wait(&mut self, client: ClientId, command: &str) -> bool {
        let (outcome, out) = self.execute(client, command);
        if !out.is_empty() {
            self.outputs.insert(client, out);
        }
        outcome == Outcome::Blocked
    }

    /// What a client was told since the last call; empty if nothing.
    fn output(&mut self, client: ClientId) -> String {
        self.poll();
        match self.outputs.remove(&client) {
            Some(bytes) => render(&value(&bytes), Notation::Quoted),
            None => String::new(),
        }
    }
}

// ---- comparing

/// Collects the differences of one file, and holds them against the known ones.
struct Report {
    file: &'static str,
    n_compared: usize,
    differences: Vec<Difference>,
}

struct Difference {
    section: String,
    command: String,
    text: String,
}

impl Report {
    fn new(file: &str) -> Report {
        let file = ["edge-8.6.3-resp2.txt", "edge-8.6.3-resp3.txt", "blocking-8.6.3.txt"]
            .into_iter()
            .find(|&name| name == file)
            .unwrap();
        Report { file, n_compared: 0, differences: Vec::new() }
    }

    fn compare(&mut self, section: &str, command: &str, expected: &str, found: &str) {
        self.n_compared += 1;
        if !matches(expected.trim_end(), found.trim_end()) {
            let text =
                format!("[{section}] {command}\n  recorded {expected}\n  ours     {found}\n");
            let [section, command] = [section, command].map(str::to_owned);
            self.differences.push(Difference { section, command, text });
        }
    }

    fn finish(self) {
        let known = golden("known-differences.txt");
        let mut known: Vec<[&str; 3]> = known
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| {
                let parts: Vec<&str> = line.splitn(4, " | ").collect();
                let [file, section, command, reason] = parts[..] else {
                    panic!("not `file | section | command | reason`: {line}")
                };
                assert!(10 < reason.len(), "a difference needs a reason: {line}");
                [file, section, command]
            })
            .filter(|[file, ..]| *file == self.file)
            .collect();
        let mut text = String::new();
        for difference in &self.differences {
            let is_it = |k: &[&str; 3]| k[1] == difference.section && k[2] == difference.command;
            match known.iter().position(is_it) {
                Some(known_idx) => drop(known.remove(known_idx)),
                None => text.push_str(&difference.text),
            }
        }
        for [file, section, command] in known {
            writeln!(text, "no longer differs, take it out: {file} | {section} | {command}")
                .unwrap();
        }
        assert!(text.is_empty(), "{}, {} replies compared:\n{text}", self.file, self.n_compared);
    }
}

/// Whether a reply is the recorded one, with numbers where the record has a placeholder.
fn matches(recorded: &str, found: &str) -> bool {
    let mut found = found;
    let mut recorded = recorded;
    loop {
        let next = ["<now>", "<t>", "'#'"]
            .into_iter()
            .filter_map(|mark| Some((recorded.find(mark)?, mark)))
            .min();
        let Some((at, mark)) = next else { return recorded == found };
        let Some(rest) = found.strip_prefix(&recorded[..at]) else { return false };
        let quote = if mark == "'#'" { "'" } else { "" };
        let Some(rest) = rest.strip_prefix(quote) else { return false };
        let n_digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let Some(rest) = rest[n_digits..].strip_prefix(quote) else { return false };
        if n_digits == 0 {
            return false;
        }
        recorded = &recorded[at + mark.len()..];
        found = rest;
    }
}

// ---- reading and writing the notations

fn golden(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn value(bytes: &[u8]) -> Value {
    let (value, n_bytes) = decode(bytes)
        .unwrap_or_else(|error| panic!("no reply ({error:?}): {}", String::from_utf8_lossy(bytes)));
    assert_eq!(n_bytes, bytes.len(), "more than one reply");
    value
}

/// The words of a recorded command: blanks separate, `"..."` holds blanks and `\xNN`.
fn words(line: &str) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    let mut rest = line.trim_end().bytes().peekable();
    while let Some(&byte) = rest.peek() {
        if byte == b' ' {
            rest.next();
            continue;
        }
        let mut word = Vec::new();
        if rest.next_if_eq(&b'"').is_some() {
            while let Some(byte) = rest.next().filter(|&byte| byte != b'"') {
                match byte {
                    b'\\' => {
                        assert_eq!(rest.next(), Some(b'x'), "{line}");
                        let digits = [rest.next().unwrap(), rest.next().unwrap()];
                        let digits = std::str::from_utf8(&digits).unwrap();
                        word.push(u8::from_str_radix(digits, 16).unwrap());
                    }
                    byte => word.push(byte),
                }
            }
        } else {
            while let Some(byte) = rest.next_if(|&byte| byte != b' ') {
                word.push(byte);
            }
        }
        words.push(word);
    }
    words
}

fn render(value: &Value, notation: Notation) -> String {
    let mut text = String::new();
    write_value(&mut text, value, notation);
    text
}

fn write_value(text: &mut String, value: &Value, notation: Notation) {
    let flat: Vec<&Value>;
    let (kind, n, items): (char, usize, &[&Value]) = match value {
        Value::Simple(bytes) => return write_plain(text, '+', bytes, notation),
        Value::Error(bytes) => return write_plain(text, '-', bytes, notation),
        Value::Int(n) => return write_plain(text, ':', n.to_string().as_bytes(), notation),
        Value::Bulk(bytes) => {
            text.push('$');
            let bulk = String::from_utf8_lossy(bytes);
            return match notation {
                Notation::Counted => write!(text, "\"{bulk}\"").unwrap(),
                Notation::Quoted => write!(text, "'{bulk}'").unwrap(),
            };
        }
        Value::NilBulk => return text.push_str("$-1"),
        Value::NilArray => return text.push_str("*-1"),
        Value::Null => return text.push('_'),
        Value::Array(items) => {
            flat = items.iter().collect();
            ('*', items.len(), &flat)
        }
        Value::Map(pairs) => {
            flat = pairs.iter().flat_map(|(key, value)| [key, value]).collect();
            ('%', pairs.len(), &flat)
        }
        other => panic!("no notation for {other:?}"),
    };
    text.push(kind);
    let separator = match notation {
        Notation::Counted => {
            write!(text, "{n}").unwrap();
            " "
        }
        Notation::Quoted => ", ",
    };
    text.push('[');
    for (idx, item) in items.iter().enumerate() {
        if 0 < idx {
            text.push_str(separator);
        }
        write_value(text, item, notation);
    }
    text.push(']');
}

fn write_plain(text: &mut String, kind: char, bytes: &[u8], notation: Notation) {
    let plain = String::from_utf8_lossy(bytes);
    match notation {
        Notation::Counted => write!(text, "{kind}{plain}").unwrap(),
        Notation::Quoted if plain.contains('\'') => write!(text, "{kind}\"{plain}\"").unwrap(),
        Notation::Quoted => write!(text, "{kind}'{plain}'").unwrap(),
    }
}
