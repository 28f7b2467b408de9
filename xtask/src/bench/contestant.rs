//! Who is measured: each is a process that answers one line of questions with one line.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};

use super::Ready;
use crate::setup::peers;

/// How long a server may take to listen.
const START_LIMIT: Duration = Duration::from_secs(20);
/// How long an answer may take: a run and everything that has to be made before it.
const ANSWER_LIMIT: Duration = Duration::from_secs(120);
/// How long a process may take to end by itself.
const END_LIMIT: Duration = Duration::from_secs(10);

/// The pipelines with which servers are measured.
pub(super) const PIPELINES: [u64; 3] = [1, 16, 100];

/// One row of the tables.
#[derive(Clone)]
pub(super) struct Contestant {
    /// For `--only`, and as the key of results.
    pub(super) name: String,
    /// For the tables.
    pub(super) title: String,
    /// Whose process answers, or why there is none.
    process: Result<Rc<RefCell<Process>>, String>,
    /// The first word of a question, if the process knows several ways.
    way: &'static str,
}

/// What a contestant answered.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    /// Units done, and seconds.
    Took(f64, f64),
    /// It cannot do this, and why.
    Cannot(String),
}

impl Contestant {
    /// Does a workload. Whatever goes wrong is the contestant's own affair.
    pub(super) fn run(&self, workload: &str, n: u64, limit_s: f64) -> Answer {
        self.ask(&format!("{workload} {n} {limit_s}"))
    }

    /// Bytes for an entry, and for a pending one.
    pub(super) fn memory(&self) -> Answer {
        self.ask(if self.way.is_empty() { "memory" } else { "memory 0 0" })
    }

    fn ask(&self, question: &str) -> Answer {
        let process = match &self.process {
            Ok(process) => process,
            Err(why) => return Answer::Cannot(why.clone()),
        };
        let question = format!("{} {question}", self.way);
        let answer = process.borrow_mut().ask(question.trim()).and_then(|line| understood(&line));
        answer.unwrap_or_else(|error| {
            let why = format!("failed: {error:#}");
            eprintln!("  {}: {why}", self.name);
            Answer::Cannot(why)
        })
    }
}

fn understood(line: &str) -> Result<Answer> {
    if let Some(why) = line.strip_prefix("no ") {
        return Ok(Answer::Cannot(why.to_string()));
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let ["ok", done, seconds] = words[..] else { bail!("it says: {line}") };
    Ok(Answer::Took(done.parse()?, seconds.parse()?))
}

/// A process with which one talks in lines. It ends when dropped, and its server with it.
struct Process {
    command: Command,
    talk: Talk,
    _server: Option<Rc<Server>>,
}

/// The two ends of a running process.
struct Talk {
    child: Child,
    questions: Option<ChildStdin>,
    answers: Receiver<String>,
}

impl Process {
    fn start(mut command: Command, server: Option<Rc<Server>>) -> Result<Process> {
        let talk = Talk::begin(&mut command)?;
        Ok(Process { command, talk, _server: server })
    }

    /// Who fails to answer is started anew, for the next question.
    fn ask(&mut self, question: &str) -> Result<String> {
        let answer = self.talk.ask(question);
        if answer.is_err() {
            self.talk = Talk::begin(&mut self.command)?;
        }
        answer
    }
}

impl Talk {
    fn begin(command: &mut Command) -> Result<Talk> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run {}", command.get_program().display()))?;
        let questions = child.stdin.take();
        let lines = BufReader::new(child.stdout.take().context("its output is not piped")?).lines();
        // Read by a thread, so that one can stop waiting.
        let (sender, answers) = channel();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Talk { child, questions, answers })
    }

    fn ask(&mut self, question: &str) -> Result<String> {
        let questions = self.questions.as_mut().context("it has ended")?;
        let asked = writeln!(questions, "{question}").and_then(|()| questions.flush());
        match asked.map_or(Err(RecvTimeoutError::Disconnected), |()| {
            self.answers.recv_timeout(ANSWER_LIMIT)
        }) {
            Ok(answer) => Ok(answer),
            Err(RecvTimeoutError::Timeout) => {
                bail!("no answer within {} seconds", ANSWER_LIMIT.as_secs())
            }
            Err(RecvTimeoutError::Disconnected) => bail!("it ended at the question '{question}'"),
        }
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        // The end of its input is the end of it; killing it at once would leave a browser behind.
        self.questions = None;
        let deadline = Instant::now() + END_LIMIT;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(20));
        }
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A RESP server with a Unix socket; it ends when dropped.
struct Server {
    child: Child,
    socket: PathBuf,
}

impl Server {
    fn start(mut command: Command, dir: &Path, name: &str) -> Result<Rc<Server>> {
        fs::create_dir_all(dir)?;
        let socket = dir.join(format!("{name}.sock"));
        if socket.exists() {
            fs::remove_file(&socket)?;
        }
        command.arg("--unixsocket").arg(&socket).current_dir(dir);
        let log = File::create(dir.join(format!("{name}.log")))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child = command
            .spawn()
            .with_context(|| format!("cannot run {}", command.get_program().display()))?;
        let server = Rc::new(Server { child, socket });
        let deadline = Instant::now() + START_LIMIT;
        while !server.socket.exists() {
            ensure!(Instant::now() < deadline, "{name} does not listen; see its log");
            thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts everybody whose name begins with one of `only`; everybody if that is empty. Who cannot be
/// started takes part as one who can do nothing.
pub(super) fn start(ready: &Ready<'_>, only: &[String]) -> Result<Vec<Contestant>> {
    let wanted = |name: &str| only.is_empty() || only.iter().any(|it| name.starts_with(&**it));
    let mut all = Vec::new();
    in_chromium(ready, &wanted, &mut all);
    for (name, title) in [("native-calls", "calls, native"), ("native-lines", "lines, native")] {
        if wanted(name) {
            all.push(native(ready, name, title));
        }
    }
    // Side by side, so that what else the machine does weighs on both of a pair.
    let of = |title: &str, pipeline: u64| format!("{title}, pipeline {pipeline}");
    let door = wanted("door").then(|| door(ready, "door").map_err(shown));
    let redis = wanted("redis").then(|| redis(ready, "redis").map_err(shown));
    for pipeline in PIPELINES {
        if let Some(server) = &door {
            let (name, title) = (format!("door-{pipeline}"), of("our RESP door", pipeline));
            all.push(at(ready, &name, &title, server, pipeline));
        }
        if let Some(server) = &redis {
            let (name, title) = (format!("redis-{pipeline}"), of("redis-server 7.0.15", pipeline));
            all.push(at(ready, &name, &title, server, pipeline));
        }
    }
    for peer in [peers::FAKEREDIS, peers::BURNER_REDIS] {
        if wanted(peer.0) {
            let process = peers::in_python(ready.workspace, peer)
                .and_then(|command| Process::start(command, None));
            all.push(contestant(peer.0, &format!("{} {}", peer.0, peer.1), process));
        }
    }
    ensure!(!all.is_empty(), "nobody's name begins with {}", only.join(" or "));
    Ok(all)
}

/// Those whose memory is told, each in a process that did nothing before.
pub(super) fn fresh_for_memory(ready: &Ready<'_>) -> Vec<Contestant> {
    let mut all = Vec::new();
    in_chromium(ready, &|name| name == "wasm-calls", &mut all);
    all.push(native(ready, "native-calls", "calls, native"));
    let server = redis(ready, "redis-memory").map_err(shown);
    all.push(at(ready, "redis", "redis-server 7.0.15", &server, 100));
    all
}

fn in_chromium(ready: &Ready<'_>, wanted: &dyn Fn(&str) -> bool, all: &mut Vec<Contestant>) {
    let ways = [
        ("wasm-calls", "calls, wasm", "fast-calls"),
        ("wasm-lines", "lines, wasm", "fast-lines"),
        ("wasm-session", "lines of a session, wasm", "fast-session"),
        ("wasm-strings", "JavaScript strings, wasm", "fast-strings"),
        ("wasm-small-calls", "calls, wasm of the page", "small-calls"),
        ("wasm-small-lines", "lines, wasm of the page", "small-lines"),
        ("ioredis-mock", peers::IOREDIS_MOCK, "ioredis-mock"),
    ];
    let ways: Vec<_> = ways.into_iter().filter(|(name, ..)| wanted(name)).collect();
    if ways.is_empty() {
        return;
    }
    let process = ready.browser_program.as_ref().map_err(Clone::clone).and_then(|program| {
        let mut command = Command::new(program);
        command.arg("bench").arg("--dist").arg(&ready.site).current_dir(&ready.workspace.root);
        let process = Process::start(command, None).map_err(shown)?;
        Ok(Rc::new(RefCell::new(process)))
    });
    all.extend(ways.into_iter().map(|(name, title, way)| Contestant {
        name: name.to_string(),
        title: title.to_string(),
        process: process.clone(),
        way,
    }));
}

fn native(ready: &Ready<'_>, name: &str, title: &str) -> Contestant {
    let mut command = Command::new(&ready.program);
    command.arg(name.trim_start_matches("native-"));
    contestant(name, title, Process::start(command, None))
}

fn door(ready: &Ready<'_>, name: &str) -> Result<Rc<Server>> {
    let mut command = Command::new(&ready.door);
    command.args(["--port", "0", "--profile", "7.0"]);
    Server::start(command, &ready.dir, name)
}

fn redis(ready: &Ready<'_>, name: &str) -> Result<Rc<Server>> {
    let program = ready.redis.as_ref().map_err(|why| anyhow!("{why}"))?;
    let mut command = Command::new(program);
    command.args(["--port", "0", "--save", "", "--appendonly", "no"]);
    Server::start(command, &ready.dir, name)
}

fn at(
    ready: &Ready<'_>,
    name: &str,
    title: &str,
    server: &Result<Rc<Server>, String>,
    pipeline: u64,
) -> Contestant {
    let server = server.as_ref().map_err(|why| anyhow!("{why}"));
    let process = server.and_then(|server| {
        let mut command = Command::new(&ready.program);
        command.arg("load").arg("--socket").arg(&server.socket);
        command.arg("--pipeline").arg(pipeline.to_string());
        Process::start(command, Some(Rc::clone(server)))
    });
    contestant(name, title, process)
}

fn contestant(name: &str, title: &str, process: Result<Process>) -> Contestant {
    let process = process.map(|process| Rc::new(RefCell::new(process))).map_err(shown);
    Contestant { name: name.to_string(), title: title.to_string(), process, way: "" }
}

fn shown(error: anyhow::Error) -> String {
    let why = format!("could not be started: {error:#}");
    eprintln!("  {why}");
    why
}
