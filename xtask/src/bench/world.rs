//! How fast time passes in a world, natively, and how long it takes to go to a point of a long
//! journal, in the wasm of the page.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::step;

/// Inputs of the journals in which one seeks.
const N_INPUTS: u64 = 100_000;
/// The journals: see `benches/src/history.rs`.
const JOURNALS: [&str; 2] = ["typed", "shop"];

/// What was measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Worlds {
    /// The mix of services, virtual seconds in a second of the processor, commands in one.
    speeds: Vec<(String, f64, f64)>,
    /// The journal, the worst and the median seek, in milliseconds.
    seeks: Vec<(String, f64, f64)>,
}

impl Worlds {
    /// Virtual seconds in a second, for one mix.
    pub(super) fn speed(&self, mix: &str) -> Option<f64> {
        self.speeds.iter().find(|(name, ..)| name == mix).map(|(_, time, _)| *time)
    }

    /// The worst seek of all journals, in milliseconds.
    pub(super) fn worst_seek_ms(&self) -> Option<f64> {
        self.seeks.iter().map(|(_, worst, _)| *worst).max_by(f64::total_cmp)
    }

    /// The figures as Markdown.
    pub(super) fn table(&self) -> String {
        let mut text = String::from(
            "\n## Worlds\n\nAlone, with nobody taking turns. 100 services and 100,000 entries, \
             10 messages a second for each producer, in seconds of one processor; the mixes are \
             those of `benches/src/world.rs`.\n\n\
             | mix | virtual seconds a second | commands a second |\n|---|---:|---:|\n",
        );
        for (mix, time, commands) in &self.speeds {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "| {mix} | {time:.0} | {commands:.0} |");
        }
        let _ = writeln!(
            text,
            "\nSeeking to 151 points all over a journal of 100,000 inputs, in the wasm of the \
             page; each twice, the faster time counts.\n\n\
             | journal | worst | median |\n|---|---:|---:|"
        );
        for (journal, worst, median) in &self.seeks {
            let _ = writeln!(text, "| {journal} | {worst:.1} ms | {median:.1} ms |");
        }
        text
    }

    fn read_speeds(&mut self, text: &str) {
        let read = |line: &str| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [mix, time, commands] = words[..] else { return None };
            Some((mix.to_string(), time.parse().ok()?, commands.parse().ok()?))
        };
        self.speeds.extend(text.lines().filter_map(read));
    }

    fn read_seeks(&mut self, text: &str) {
        for (line, journal) in text.lines().zip(JOURNALS) {
            let words: Vec<&str> = line.split_whitespace().collect();
            if let ["ok", worst, median] = words[..]
                && let (Ok(worst), Ok(median)) = (worst.parse::<f64>(), median.parse::<f64>())
            {
                self.seeks.push((journal.to_string(), worst * 1e3, median * 1e3));
            }
        }
    }
}

/// Measures. `program`: `streamlanes-bench`; `browser_program`: `streamlanes-e2e`; `site`: the
/// folder of the benchmark's page.
pub(super) fn measure(program: &Path, browser_program: &Path, site: &Path) -> Result<Worlds> {
    step::step("worlds", || {
        let mut worlds = Worlds::default();
        worlds.read_speeds(&output(Command::new(program).arg("world"), "")?);
        let questions = JOURNALS.map(|journal| format!("small-history {journal} {N_INPUTS} 0\n"));
        let mut browser = Command::new(browser_program);
        browser.arg("bench").arg("--dist").arg(site);
        worlds.read_seeks(&output(&mut browser, &questions.concat())?);
        Ok(worlds)
    })
}

/// What a program writes when it reads this.
fn output(command: &mut Command, input: &str) -> Result<String> {
    let name = command.get_program().display().to_string();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {name}"))?;
    child.stdin.take().context("its input is not piped")?.write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "{name} ended with {}", output.status);
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_and_shown() {
        let mut worlds = Worlds::default();
        worlds.read_speeds("plain 1543 464510\nnoise\nshop 818 411696\n");
        worlds.read_seeks("ok 0.0316 0.002\nno such journal\n");
        assert_eq!((worlds.speed("shop"), worlds.speed("rich")), (Some(818.0), None));
        assert_eq!(worlds.worst_seek_ms(), Some(31.6));
        let table = worlds.table();
        assert!(table.contains("| plain | 1543 | 464510 |"), "{table}");
        assert!(table.contains("| typed | 31.6 ms | 2.0 ms |"), "{table}");
    }
}
