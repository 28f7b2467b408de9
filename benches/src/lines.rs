//! The workloads as command lines: a line in, the reply's text out, as the console does it. The
//! line goes through the world (its transcript, its events, its fingerprint); only the drawing is
//! missing.

use std::convert::Infallible;

use streamlanes::command::Profile;
use streamlanes::limits::JOURNAL_INPUTS_MAX;
use streamlanes::resp::layout;
use streamlanes::sim::{EntryState, Scenario, Session, Submitted, World};

use crate::timing::{Clock, Measured, count_prepared, repeated};
use crate::workload::{KEY, MAXLEN, PAGE, Values, Workload, consumer_name, group_name, id_of};

/// Who takes the lines.
pub trait Console {
    /// Runs a line and returns its reply as redis-cli prints it.
    fn line(&mut self, line: &str) -> String;
}

/// A world without history.
#[derive(Debug)]
pub struct Bare(World);

/// A session, which also keeps a journal and worlds to go back to.
#[derive(Debug)]
pub struct Journaled(Session);

impl Bare {
    /// An empty world.
    pub fn new() -> Bare {
        let mut world = World::new(&Scenario::empty(), 7, Profile::Redis810);
        world.record_events(true);
        Bare(world)
    }
}

impl Default for Bare {
    fn default() -> Bare {
        Bare::new()
    }
}

impl Journaled {
    /// An empty session.
    pub fn new() -> Journaled {
        Journaled(Session::new(Scenario::empty(), 7, Profile::Redis810))
    }
}

impl Default for Journaled {
    fn default() -> Journaled {
        Journaled::new()
    }
}

impl Console for Bare {
    fn line(&mut self, line: &str) -> String {
        let seq = self.0.apply("", line);
        while self.0.poll_event().is_some() {}
        reply_text(&self.0, seq)
    }
}

impl Console for Journaled {
    fn line(&mut self, line: &str) -> String {
        let Submitted::Applied { seq } = self.0.submit("", line) else { return String::new() };
        while self.0.poll_event().is_some() {}
        reply_text(self.0.world(), seq)
    }
}

fn reply_text(world: &World, seq: u64) -> String {
    match world.transcript().get(seq).map(|entry| &entry.state) {
        Some(EntryState::Replied { reply, .. }) => layout(reply).unwrap_or_default(),
        _ => String::new(),
    }
}

/// Does a workload once or, if it is short, more often. What is counted are the workload's units,
/// not lines: a unit of W2 takes two lines, a line of W3 gives a hundred.
pub fn run<C: Console + Default>(
    workload: Workload,
    n: u64,
    limit_s: f64,
    clock: Clock<'_>,
) -> Measured {
    let Ok(measured) = repeated(|| {
        let mut console = C::default();
        prepare(&mut console, workload, n);
        Ok::<_, Infallible>(once(&mut console, workload, n, limit_s, clock))
    });
    measured
}

/// Whether a session's journal has room for all lines of a workload.
pub fn fits_a_session(workload: Workload, n: u64) -> bool {
    let per_unit = match workload {
        Workload::Add | Workload::AddTrimmed | Workload::Range => 1,
        Workload::ReadAck | Workload::Fan => 2,
    };
    workload.n_before(n) + per_unit * n + 200 < JOURNAL_INPUTS_MAX as u64
}

fn prepare(console: &mut impl Console, workload: Workload, n: u64) {
    let values = Values::new();
    for n in 0..workload.n_before(n) {
        console.line(&add_line(&values, n, ""));
    }
    for n in 0..workload.groups().0 {
        console.line(&format!("XGROUP CREATE {KEY} {} 0", group_name(n)));
    }
}

fn once(
    console: &mut impl Console,
    workload: Workload,
    n: u64,
    limit_s: f64,
    clock: Clock<'_>,
) -> Measured {
    let values = Values::new();
    let check = |text: String| assert!(!text.starts_with("(error)"), "{text}");
    match workload {
        Workload::Add | Workload::AddTrimmed => {
            let maxlen = format!(" MAXLEN ~ {MAXLEN}");
            let options = if workload == Workload::Add { "" } else { &maxlen };
            let line = |n| add_line(&values, n, options);
            count_prepared(clock, n, limit_s, line, |_, line| check(console.line(line)))
        }
        Workload::ReadAck | Workload::Fan => {
            let lines = |n| {
                let (group, consumer, entry) = workload.delivery(n);
                let (group, consumer) = (group_name(group), consumer_name(consumer));
                let (ms, seq) = id_of(entry);
                let read = format!("XREADGROUP GROUP {group} {consumer} COUNT 1 STREAMS {KEY} >");
                (read, format!("XACK {KEY} {group} {ms}-{seq}"))
            };
            count_prepared(clock, n, limit_s, lines, |_, (read, ack)| {
                check(console.line(read));
                assert_eq!(console.line(ack), "(integer) 1");
            })
        }
        Workload::Range => {
            let line = |page: u64| {
                let (ms, seq) = id_of(page * PAGE);
                format!("XRANGE {KEY} {ms}-{seq} + COUNT {PAGE}")
            };
            let n_pages = n.div_ceil(PAGE);
            let pages =
                count_prepared(clock, n_pages, limit_s, line, |_, line| check(console.line(line)));
            Measured { n: n.min(pages.n * PAGE), ..pages }
        }
    }
}

/// Ids are given, so that those of W2's acks are known: virtual time stands still here.
fn add_line(values: &Values, n: u64, options: &str) -> String {
    let (ms, seq) = id_of(n);
    let mut line = format!("XADD {KEY}{options} {ms}-{seq}");
    for word in values.fields(n) {
        line.push(' ');
        line.push_str(std::str::from_utf8(word).unwrap_or_default());
    }
    line
}
