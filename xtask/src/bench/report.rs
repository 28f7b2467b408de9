//! The results as Markdown.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::contestant::PIPELINES;
use super::world::Worlds;
use super::{Measured, WORKLOADS};

/// Where the README's table begins and ends.
const START: &str = "<!-- bench: made by `cargo xtask bench` -->";
const END: &str = "<!-- bench: end -->";

/// Something that must hold.
struct Goal {
    what: String,
    limit: String,
    measured: Option<f64>,
    shown: fn(f64) -> String,
    holds: fn(f64, f64) -> bool,
    bound: f64,
}

/// `docs/bench.md`.
pub(super) fn page(measured: &Measured<'_>, machine: &str) -> String {
    let mut text = String::new();
    let Measured { rounds, limit_s, .. } = measured;
    let _ = writeln!(
        text,
        "# Benchmarks\n\n\
         Made by `cargo xtask bench` in one run, on {machine}. Every figure is the median of \
         {rounds} rounds in which all took turns; compare rows, not machines. A run is cut off \
         after {limit_s} seconds: a figure marked * was measured on the part that was done by \
         then. Sizes are the entries of the stream (W5: deliveries). Growth is how much dearer \
         one unit is at the largest size than at the smallest, on the line that fits the medians \
         best.\n\n\
         *Calls* are functions of the engine. *Lines* are command lines through the world of the \
         page, with the reply as the text that redis-cli prints; those *of a session* are kept in \
         a journal as well, and *JavaScript strings* come from JavaScript and go back there. \
         *Wasm* is compiled for speed, as the module for host pages (`dist/embed/`); *wasm of the \
         page* is compiled for size, as the page. Both run in headless Chromium. Servers are \
         reached over a Unix socket by the same client; the Python peers and ioredis-mock run in \
         the caller's process, in pipelines of 100.\n"
    );
    goals_into(&mut text, &goals(measured));
    let is_known = |workload| {
        let names = measured.contestants.iter().map(|(name, _)| name);
        let mut places = names.flat_map(|name| measured.sizes.iter().map(move |n| (*n, name)));
        places.any(|(n, name)| measured.results.get(workload, n, name).is_some())
    };
    for (workload, what) in WORKLOADS.into_iter().filter(|(workload, _)| is_known(workload)) {
        let _ = writeln!(text, "\n## {workload}: {what}\n");
        workload_into(&mut text, measured, workload);
    }
    memory_into(&mut text, measured);
    text.push_str(&measured.worlds.as_ref().map(Worlds::table).unwrap_or_default());
    if !measured.costs.is_empty() {
        let _ = writeln!(
            text,
            "\n## Commands beside a million pending entries\n\n\
             Natively, words in and reply bytes out, in streams whose entries are all pending in \
             one group (`cargo bench --bench engine_cost`):\n"
        );
        measured.costs.iter().for_each(|line| {
            let _ = writeln!(text, "- {line}");
        });
    }
    page_into(&mut text, measured);
    text
}

fn page_into(text: &mut String, measured: &Measured<'_>) {
    let Some(page) = &measured.page else { return };
    let _ = writeln!(
        text,
        "\n## The page\n\n\
         Headless Chromium with software drawing, `dist/` on localhost: each load in a fresh \
         browser, replies and tasks while the scenario `orders` runs (at 1× and at 10×), memory \
         (of JavaScript after a collection, and of wasm) while it runs as fast as it can.\n\n\
         | | |\n|---|---:|"
    );
    let rows = [
        ("Module's import to first answered command, ms", "first_answer_ms"),
        ("The same with a processor four times slower, ms", "first_answer_slow_ms"),
        ("Navigation to first answered command, ms", "prompt_ms"),
        ("Frames a second, 1,000 moving entries with labels", "fps_1000"),
        ("Script and wasm in a frame of those, ms", "script_ms_1000"),
        ("Frames a second, 5,000 moving entries", "fps_5000"),
        ("Script and wasm in a frame of those, ms", "script_ms_5000"),
        ("Enter to painted reply, median, ms", "reply_p50_ms"),
        ("Enter to painted reply, 95th percentile, ms", "reply_p95_ms"),
        ("Longest task of 50 ms or more at 10× (0: none), ms", "long_task_ms"),
        ("Length of the run at full speed, minutes", "memory_minutes"),
        ("Memory at its end, MB", "memory_mb"),
        ("That memory, of the one at half time", "memory_growth"),
    ];
    for (what, name) in rows {
        let shown = page.get(name).map_or("not measured".to_string(), |it| format!("{it:.2}"));
        let _ = writeln!(text, "| {what} | {shown} |");
    }
}

/// Everybody side by side at a size that nearly all manage, for the README.
fn beside_others_into(text: &mut String, measured: &Measured<'_>) {
    const N: u64 = 10_000;
    if !measured.sizes.contains(&N) {
        return;
    }
    let _ =
        writeln!(text, "\n| Units per second, {} entries | W1 | W2 | W3 | W4 | W5 |", grouped(N));
    let _ = writeln!(text, "|---|---:|---:|---:|---:|---:|");
    for (name, title) in &measured.contestants {
        let cell = |workload| {
            let rate = measured.results.rate(workload, N, name);
            rate.map_or("–".to_string(), rate_text)
        };
        let cells: Vec<String> = WORKLOADS.iter().map(|(workload, _)| cell(*workload)).collect();
        let _ = writeln!(text, "| {title} | {} |", cells.join(" | "));
    }
    let what: Vec<String> =
        WORKLOADS.iter().map(|(name, what)| format!("{name}: {what}")).collect();
    let _ =
        writeln!(text, "\n{}. –: it cannot; why, and other sizes: docs/bench.md.", what.join(". "));
}

/// Puts a short table between the README's marks.
pub(super) fn into_readme(file: &Path, measured: &Measured<'_>) -> Result<()> {
    let text = fs::read_to_string(file)?;
    let (before, rest) = text.split_once(START).context("README.md has no mark for the table")?;
    let (_, after) = rest.split_once(END).context("README.md has no end of the table")?;
    let mut table = String::new();
    goals_into(&mut table, &goals(measured));
    beside_others_into(&mut table, measured);
    fs::write(file, format!("{before}{START}\n{table}{END}{after}"))?;
    Ok(())
}

fn goals_into(text: &mut String, goals: &[Goal]) {
    let _ = writeln!(text, "| What must hold | Limit | Measured | |\n|---|---|---|---|");
    for goal in goals {
        let (shown, verdict) = match goal.measured {
            None => ("not measured".to_string(), ""),
            Some(value) if (goal.holds)(value, goal.bound) => ((goal.shown)(value), "holds"),
            Some(value) => ((goal.shown)(value), "**does not hold**"),
        };
        let _ = writeln!(text, "| {} | {} | {shown} | {verdict} |", goal.what, goal.limit);
    }
}

fn workload_into(text: &mut String, measured: &Measured<'_>, workload: &'static str) {
    let sizes: String = measured.sizes.iter().map(|n| format!(" {} |", grouped(*n))).collect();
    let _ = writeln!(text, "| Units per second |{sizes} growth | against redis-server |");
    let _ = writeln!(text, "|---|{}---|---|", "---:|".repeat(measured.sizes.len()));
    let mut notes = Vec::new();
    for (name, title) in &measured.contestants {
        let mut cells = String::new();
        for &n in measured.sizes {
            let runs = measured.results.get(workload, n, name);
            let cell = match measured.results.rate(workload, n, name) {
                Some(rate) => {
                    let mark = if runs.is_some_and(|it| it.cut_at.is_some()) { "*" } else { "" };
                    format!("{}{mark}", rate_text(rate))
                }
                None => "–".to_string(),
            };
            let _ = write!(cells, " {cell} |");
            if let Some(why) = runs.and_then(|runs| runs.cannot.as_ref()) {
                let note = format!("{title}: {why}.");
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
        }
        let growth = measured.results.growth(workload, measured.sizes, name);
        let growth = growth.map_or("–".to_string(), |growth| format!("{growth:.2}×"));
        let ratio = ratio_to_redis(measured, workload, name);
        let ratio = ratio.map_or("–".to_string(), |ratio| format!("{ratio:.2}×"));
        let _ = writeln!(text, "| {title} |{cells} {growth} | {ratio} |");
    }
    for note in notes {
        let _ = writeln!(text, "\n{note}");
    }
}

/// Of the door, at the same pipeline and the largest size.
fn ratio_to_redis(measured: &Measured<'_>, workload: &'static str, name: &str) -> Option<f64> {
    let pipeline = name.strip_prefix("door-")?;
    let n = *measured.sizes.last()?;
    measured.results.ratio(workload, n, name, &format!("redis-{pipeline}"))
}

fn memory_into(text: &mut String, measured: &Measured<'_>) {
    if measured.memory.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\n## Memory\n\nOf a million entries, and of the same number pending in one group. \
         Natively it is what the system gives the process, in wasm how much the module's memory \
         grew, for redis-server its own `used_memory`.\n\n\
         | | bytes an entry | bytes a pending entry |\n|---|---:|---:|"
    );
    for (title, (entry, pending)) in &measured.memory {
        let _ = writeln!(text, "| {title} | {entry:.1} | {pending:.1} |");
    }
}

fn goals(measured: &Measured<'_>) -> Vec<Goal> {
    let mut goals = Vec::new();
    engine_goals(measured, &mut goals);
    door_goals(measured, &mut goals);
    page_goals(measured, &mut goals);
    world_goals(measured, &mut goals);
    goals
}

fn at_least(what: &str, measured: Option<f64>, bound: f64, shown: fn(f64) -> String) -> Goal {
    let limit = format!("at least {}", shown(bound));
    Goal { what: what.to_string(), limit, measured, shown, holds: |value, at| at <= value, bound }
}

fn at_most(what: &str, measured: Option<f64>, bound: f64, shown: fn(f64) -> String) -> Goal {
    let limit = format!("at most {}", shown(bound));
    Goal { what: what.to_string(), limit, measured, shown, holds: |value, at| value <= at, bound }
}

fn engine_goals(measured: &Measured<'_>, goals: &mut Vec<Goal>) {
    let largest = measured.sizes.last().copied().unwrap_or(0);
    let rate = |workload, name| measured.results.rate(workload, largest, name);
    let per_second = |rate: f64| format!("{}/s", rate_text(rate));
    let calls = "wasm-calls";
    goals.push(at_least("wasm, calls: W1", rate("W1", calls), 4e6, per_second));
    goals.push(at_least("wasm, calls: W2", rate("W2", calls), 1.5e6, per_second));
    goals.push(at_least("wasm, calls: W3", rate("W3", calls), 5e6, per_second));
    let lines = rate("W1", "wasm-lines");
    goals.push(at_least("wasm, command lines as text: W1", lines, 700e3, per_second));
    let growth = WORKLOADS
        .iter()
        .filter_map(|(workload, _)| measured.results.growth(workload, measured.sizes, calls));
    let worst = growth.max_by(f64::total_cmp);
    goals.push(at_most("wasm, calls: growth, the worst of W1 to W5", worst, 1.5, times));
    let memory = measured.memory.get("calls, wasm");
    let bytes = |bytes: f64| format!("{bytes:.1} bytes");
    goals.push(at_most("memory of an entry, wasm", memory.map(|it| it.0), 42.0, bytes));
    goals.push(at_most("memory of a pending entry, wasm", memory.map(|it| it.1), 96.0, bytes));
}

fn door_goals(measured: &Measured<'_>, goals: &mut Vec<Goal>) {
    let Some(pipeline) = PIPELINES.last() else { return };
    let door = format!("door-{pipeline}");
    for (workload, _) in WORKLOADS {
        let bound = if matches!(workload, "W3" | "W4") { 1.0 } else { 1.2 };
        let what = format!("door against redis-server, pipeline {pipeline}: {workload}");
        goals.push(at_least(&what, ratio_to_redis(measured, workload, &door), bound, times));
    }
}

fn world_goals(measured: &Measured<'_>, goals: &mut Vec<Goal>) {
    let worlds = measured.worlds.as_ref();
    let what = "virtual seconds a second: 100 services, 100,000 entries";
    let speed = worlds.and_then(|worlds| worlds.speed("plain"));
    goals.push(at_least(what, speed, 1_000.0, |time| format!("{time:.0}")));
    let what = "seek to any point of a journal of 100,000 inputs, wasm";
    let worst = worlds.and_then(Worlds::worst_seek_ms);
    goals.push(at_most(what, worst, 100.0, |ms| format!("{ms:.1} ms")));
}

fn page_goals(measured: &Measured<'_>, goals: &mut Vec<Goal>) {
    let Some(page) = &measured.page else { return };
    let ms = |ms: f64| format!("{ms:.1} ms");
    let fps = |fps: f64| format!("{fps:.0} a second");
    let first = page.get("first_answer_ms");
    goals.push(at_most("first answered command after the module's import", first, 120.0, ms));
    let slow = page.get("first_answer_slow_ms");
    goals.push(at_most("the same with a processor four times slower", slow, 400.0, ms));
    // A headless Chromium draws 60 frames a second at most, and its clock is not exact.
    goals.push(at_least("frames, 1,000 moving entries", page.get("fps_1000"), 58.0, fps));
    goals.push(at_least("frames, 5,000 moving entries", page.get("fps_5000"), 30.0, fps));
    let script = page.get("script_ms_1000");
    goals.push(at_most("script and wasm in a frame, 1,000 moving entries", script, 8.0, ms));
    let reply = page.get("reply_p95_ms");
    goals.push(at_most("Enter to painted reply, 95th percentile", reply, 50.0, ms));
    let task = page.get("long_task_ms");
    goals.push(at_most("longest task while a scenario runs at 10×", task, 50.0, ms));
    let growth = page.get("memory_growth");
    goals.push(at_most(
        "memory at the end of a run at full speed, of its first half",
        growth,
        1.1,
        times,
    ));
    goals.push(at_most(
        "from navigation to a prompt that takes a command",
        page.get("prompt_ms"),
        300.0,
        ms,
    ));
}

fn times(ratio: f64) -> String {
    format!("{ratio:.2}×")
}

/// `1.23 M`, `456 k`, `78`.
pub(super) fn rate_text(rate: f64) -> String {
    if 1e6 <= rate {
        format!("{:.2} M", rate / 1e6)
    } else if 10e3 <= rate {
        format!("{:.0} k", rate / 1e3)
    } else if 1e3 <= rate {
        format!("{:.1} k", rate / 1e3)
    } else {
        format!("{rate:.0}")
    }
}

/// `1,000,000`.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (idx, digit) in digits.chars().enumerate() {
        if idx != 0 && (digits.len() - idx).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(1_000_000), "1,000,000");
        assert_eq!(grouped(100), "100");
        assert_eq!(rate_text(4_560_000.0), "4.56 M");
        assert_eq!(rate_text(456_400.0), "456 k");
        assert_eq!(rate_text(1_700.0), "1.7 k");
        assert_eq!(rate_text(12.0), "12");
    }

    #[test]
    fn a_goal_that_does_not_hold_says_so() {
        let mut text = String::new();
        let goals = [
            at_least("speed", Some(1.0), 1.2, times),
            at_most("memory", Some(1.0), 1.2, times),
            at_most("nothing", None, 1.2, times),
        ];
        goals_into(&mut text, &goals);
        let rows: Vec<&str> = text.lines().skip(2).collect();
        assert_eq!(
            rows,
            [
                "| speed | at least 1.20× | 1.00× | **does not hold** |",
                "| memory | at most 1.20× | 1.00× | holds |",
                "| nothing | at most 1.20× | not measured |  |",
            ]
        );
    }
}
