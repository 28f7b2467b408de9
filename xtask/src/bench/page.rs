//! What is measured in the page itself, by `streamlanes-e2e bench-page`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::Options;
use crate::step;
use crate::workspace::Workspace;

/// Numbers by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Measurements(BTreeMap<String, f64>);

impl Measurements {
    /// A number.
    pub(super) fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }

    /// Reads lines of a name and a number.
    fn read(text: &str) -> Measurements {
        let pair = |line: &str| {
            let (name, number) = line.split_once(' ')?;
            Some((name.to_string(), number.trim().parse().ok()?))
        };
        Measurements(text.lines().filter_map(pair).collect())
    }
}

/// Measures the page in `dist/`. What cannot be measured is left out.
pub(super) fn measure(
    program: &Path,
    workspace: &Workspace,
    options: &Options,
) -> Result<Measurements> {
    step::step("measure the page", || {
        let mut command = Command::new(program);
        command.current_dir(&workspace.root).arg("bench-page");
        if options.quick {
            command.arg("--quick");
        }
        if let Some(minutes) = options.minutes {
            command.arg("--minutes").arg(minutes.to_string());
        }
        let output = command
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .context("cannot run streamlanes-e2e")?;
        if !output.status.success() {
            eprintln!("  streamlanes-e2e ended with {}", output.status);
        }
        Ok(Measurements::read(&String::from_utf8_lossy(&output.stdout)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_name_and_a_number_are_read() {
        let measurements = Measurements::read("fps_1000 59.8\nnoise\nlong_task_ms 0\n");
        assert_eq!(measurements.get("fps_1000"), Some(59.8));
        assert_eq!(measurements.get("long_task_ms"), Some(0.0));
        assert_eq!(measurements.get("noise"), None);
    }
}
