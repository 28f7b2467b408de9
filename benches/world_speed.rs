//! How fast a world runs and how fast history is searched, printed as figures.
//!
//! `cargo bench --bench world_speed`

use std::time::Instant;

use streamlanes::command::Profile;
use streamlanes::sim::{Scenario, Session};

/// 100 services on one stream that keeps 100,000 entries: ten producers at 10 messages a second,
/// one group of 85 consumers, five claimers.
fn plain() -> Scenario {
    let mut lines = vec!["XGROUP CREATE orders billing 0 MKSTREAM".to_owned()];
    for n in 1..=10 {
        lines.push(format!("SIM ADD PRODUCER web-{n} STREAM orders RATE 10/s MAXLEN ~ 100000"));
    }
    for n in 1..=85 {
        let work = "WORK 370ms JITTER 10%";
        lines.push(format!("SIM ADD CONSUMER billing-{n} STREAM orders GROUP billing {work}"));
    }
    for n in 1..=5 {
        let sweep = "MIN-IDLE 30s EVERY 5s";
        lines.push(format!("SIM ADD CLAIMER rescue-{n} STREAM orders GROUP billing {sweep}"));
    }
    named(&lines)
}

/// The same with more to do for each message: 15 producers, three groups of which one keeps the
/// mails and one feeds a pipeline with a second stream.
fn rich() -> Scenario {
    let mut lines = vec!["XGROUP CREATE orders billing 0 MKSTREAM".to_owned()];
    lines.push("XGROUP CREATE orders email 0".to_owned());
    lines.push("XGROUP CREATE orders pack 0".to_owned());
    let mut add = |line: String| lines.push(format!("SIM ADD {line}"));
    for n in 1..=15 {
        add(format!("PRODUCER web-{n} STREAM orders RATE 10/s JITTER 20% MAXLEN ~ 100000"));
    }
    for n in 1..=60 {
        add(format!("CONSUMER billing-{n} STREAM orders GROUP billing WORK 370ms JITTER 10%"));
    }
    for n in 1..=15 {
        add(format!("CONSUMER email-{n} STREAM orders GROUP email COUNT 10 WORK 95ms"));
    }
    for n in 1..=5 {
        add(format!("CLAIMER rescue-{n} STREAM orders GROUP billing MIN-IDLE 30s EVERY 5s"));
    }
    for n in 1..=5 {
        add(format!("STAGE pack-{n} STREAM orders GROUP pack TO parcels COUNT 20 WORK 30ms"));
    }
    named(&lines)
}

fn named(lines: &[String]) -> Scenario {
    let text = format!("title: Speed\n{}\n", lines.join("\n"));
    Scenario::parse("speed", &text).expect("the scenario is right")
}

/// Runs something; prints and returns how many seconds of a processor it took, where the system
/// tells (Linux), or how many seconds passed: other programs then count, too.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn timed<T>(what: &str, run: impl FnOnce() -> T) -> (T, f64) {
    let (start, cpu_start) = (Instant::now(), cpu_seconds());
    let value = run();
    let passed = start.elapsed().as_secs_f64();
    let seconds = match (cpu_start, cpu_seconds()) {
        (Some(start), Some(end)) => end - start,
        _ => passed,
    };
    println!("{what:<60}{:>10.1} ms ({:.1} ms passed)", seconds * 1e3, passed * 1e3);
    (value, seconds)
}

fn cpu_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    text.split(' ').next()?.parse::<f64>().ok().map(|nanos| nanos / 1e9)
}

fn main() {
    pass_time("plain", plain(), 1_000);
    pass_time("rich", rich(), 700);
    search_history();
}

/// Fills the stream, then measures how fast time passes.
fn pass_time(name: &str, scenario: Scenario, fill_s: u64) {
    let mut session = Session::new(scenario, 1, Profile::Redis86);
    assert_eq!(session.world().services().count(), 100);
    let start = session.now();
    let what = format!("{name}: {fill_s} virtual seconds to fill the stream");
    timed(&what, || run(&mut session, start + fill_s * 1_000));
    let n_before = session.world().n_commands();
    let until = start + (fill_s + 500) * 1_000;
    let (_, seconds) = timed("  another 500 virtual seconds", || run(&mut session, until));
    let n_commands = session.world().n_commands() - n_before;
    let store = session.world().server().store();
    let n_entries = store.stream(0, b"orders").ok().flatten().map_or(0, |stream| stream.len());
    println!("  {n_entries} entries, {:.0} virtual seconds a second", 500.0 / seconds);
    println!("  {:.0} commands a second", n_commands as f64 / seconds);
    for at in [fill_s + 499, 500, 1, 777] {
        timed(&format!("  seek to {at} s"), || session.seek(start + at * 1_000));
    }
}

fn search_history() {
    let start = streamlanes::time::WORLD_START;
    let mut session = Session::new(Scenario::empty(), 1, Profile::Redis86);
    timed("100,000 lines typed", || {
        for n in 0..100_000_u64 {
            session.submit("", &format!("XADD orders * order {n} amount {}", n % 500));
            let now = session.now();
            session.advance_to(now + 10, usize::MAX);
        }
    });
    let end = session.end();
    for permille in [999, 500, 1, 333, 1_000] {
        let at = start + (end - start) / 1_000 * permille;
        timed(&format!("seek to {permille} of 1000 in 100,000 lines"), || session.seek(at));
    }
    let (saved, _) = timed("saved", || session.save());
    timed("loaded", || Session::load(saved));
}

/// As the page does it: a piece of time, then what happened in it.
fn run(session: &mut Session, until: u64) {
    while session.now() < until {
        session.advance_to((session.now() + 1_000).min(until), usize::MAX);
        while session.poll_event().is_some() {}
    }
}
