//! Who is measured: each is a process that answers one line of questions with one line.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::Ready;
use crate::setup::peers;

/// How long a server may take to listen.
const START_LIMIT: Duration = Duration::from_secs(20);

/// The pipelines with which servers are measured.
pub(super) const PIPELINES: [u64; 3] = [1, 16, 100];

/// One row of the tables.
#[derive(Clone)]
pub(super) struct Contestant {
    /// For `--only`, and as the key of results.
    pub(super) name: String,
    /// For the tables.
    pub(super) title: String,
    /// Whose process answers.
    process: Rc<RefCell<Process>>,
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
    /// Does a workload.
    pub(super) fn run(&self, workload: &str, n: u64, limit_s: f64) -> Result<Answer> {
        self.ask(&format!("{workload} {n} {limit_s}"))
    }

    /// Bytes for an entry, and for a pending one.
    pub(super) fn memory(&self) -> Result<Answer> {
        self.ask(if self.way.is_empty() { "memory" } else { "memory 0 0" })
    }

    fn ask(&self, question: &str) -> Result<Answer> {
        let question = format!("{} {question}", self.way);
        let line = self.process.borrow_mut().ask(question.trim())?;
        if let Some(why) = line.strip_prefix("no ") {
            return Ok(Answer::Cannot(why.to_string()));
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let ["ok", done, seconds] = words[..] else { bail!("{} says: {line}", self.name) };
        Ok(Answer::Took(done.parse()?, seconds.parse()?))
    }
}

/// A process with which one talks in lines. It ends when dropped, and its server with it.
struct Process {
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    _server: Option<Rc<Server>>,
}

impl Process {
    fn start(command: &mut Command, server: Option<Rc<Server>>) -> Result<Process> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run {}", command.get_program().display()))?;
        let questions = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().context("its output is not piped")?);
        Ok(Process { child, questions, answers, _server: server })
    }

    fn ask(&mut self, question: &str) -> Result<String> {
        let questions = self.questions.as_mut().context("it has ended")?;
        writeln!(questions, "{question}")?;
        questions.flush()?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        ensure!(!answer.is_empty(), "it ended at the question '{question}'");
        Ok(answer.trim().to_string())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The end of its input is the end of it; killing it would leave a browser behind.
        self.questions = None;
        // It may have ended by itself.
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

/// Starts everybody whose name begins with one of `only`; everybody if that is empty.
pub(super) fn start(ready: &Ready<'_>, only: &[String]) -> Result<Vec<Contestant>> {
    let wanted = |name: &str| only.is_empty() || only.iter().any(|it| name.starts_with(&**it));
    let mut all = Vec::new();
    in_chromium(ready, &wanted, &mut all)?;
    for (name, title) in [("native-calls", "calls, native"), ("native-lines", "lines, native")] {
        if wanted(name) {
            let mut command = Command::new(&ready.program);
            command.arg(name.trim_start_matches("native-"));
            all.push(alone(name, title, &mut command, None)?);
        }
    }
    if wanted("door") {
        let server = door(ready, "door")?;
        at_a_server(ready, "door", "our RESP door", &server, &mut all)?;
    }
    if wanted("redis") {
        let server = redis(ready, "redis")?;
        at_a_server(ready, "redis", "redis-server 7.0.15", &server, &mut all)?;
    }
    for peer in [peers::FAKEREDIS, peers::BURNER_REDIS] {
        if wanted(peer.0) {
            let mut command = peers::in_python(ready.workspace, peer)?;
            let title = format!("{} {}", peer.0, peer.1);
            all.push(alone(peer.0, &title, &mut command, None)?);
        }
    }
    ensure!(!all.is_empty(), "nobody's name begins with {}", only.join(" or "));
    Ok(all)
}

/// Those whose memory is told, each in a process that did nothing before.
pub(super) fn fresh_for_memory(ready: &Ready<'_>) -> Result<Vec<Contestant>> {
    let mut all = Vec::new();
    in_chromium(ready, &|name| name == "wasm-calls", &mut all)?;
    let mut command = Command::new(&ready.program);
    all.push(alone("native-calls", "calls, native", command.arg("calls"), None)?);
    let server = redis(ready, "redis-memory")?;
    all.push(at(ready, "redis", "redis-server 7.0.15", &server, 100)?);
    Ok(all)
}

fn in_chromium(
    ready: &Ready<'_>,
    wanted: &dyn Fn(&str) -> bool,
    all: &mut Vec<Contestant>,
) -> Result<()> {
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
        return Ok(());
    }
    let mut command = Command::new(&ready.browser_program);
    command.arg("bench").arg("--dist").arg(&ready.site).current_dir(&ready.workspace.root);
    let process = Rc::new(RefCell::new(Process::start(&mut command, None)?));
    all.extend(ways.into_iter().map(|(name, title, way)| Contestant {
        name: name.to_string(),
        title: title.to_string(),
        process: Rc::clone(&process),
        way,
    }));
    Ok(())
}

fn door(ready: &Ready<'_>, name: &str) -> Result<Rc<Server>> {
    let mut command = Command::new(&ready.door);
    command.args(["--port", "0", "--profile", "7.0"]);
    Server::start(command, &ready.dir, name)
}

fn redis(ready: &Ready<'_>, name: &str) -> Result<Rc<Server>> {
    let mut command = Command::new(&ready.redis);
    command.args(["--port", "0", "--save", "", "--appendonly", "no"]);
    Server::start(command, &ready.dir, name)
}

fn at_a_server(
    ready: &Ready<'_>,
    name: &str,
    title: &str,
    server: &Rc<Server>,
    all: &mut Vec<Contestant>,
) -> Result<()> {
    for pipeline in PIPELINES {
        let title = format!("{title}, pipeline {pipeline}");
        all.push(at(ready, &format!("{name}-{pipeline}"), &title, server, pipeline)?);
    }
    Ok(())
}

fn at(
    ready: &Ready<'_>,
    name: &str,
    title: &str,
    server: &Rc<Server>,
    pipeline: u64,
) -> Result<Contestant> {
    let mut command = Command::new(&ready.program);
    command.arg("load").arg("--socket").arg(&server.socket);
    command.arg("--pipeline").arg(pipeline.to_string());
    alone(name, title, &mut command, Some(Rc::clone(server)))
}

fn alone(
    name: &str,
    title: &str,
    command: &mut Command,
    server: Option<Rc<Server>>,
) -> Result<Contestant> {
    let process = Process::start(command, server).with_context(|| format!("no {name}"))?;
    let process = Rc::new(RefCell::new(process));
    Ok(Contestant { name: name.to_string(), title: title.to_string(), process, way: "" })
}
