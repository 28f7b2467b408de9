//! The tools that a command needs. Each function finds one, or gets it the way this machine can,
//! or says what to install; a second call costs milliseconds. A command asks only for what it uses.

pub mod apt;
pub mod browser;
pub mod clients;
pub mod node;
pub mod peers;
pub mod pip;
pub mod redis;
pub mod servers;
pub mod wasm;

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::differ;
use crate::step;
use crate::workspace::Workspace;

/// A name of a requirement on the command line, and what makes sure of it.
type Requirement = (&'static str, fn(&Workspace) -> Result<String>);

const REQUIREMENTS: &[Requirement] = &[
    ("wasm", |ws| Ok(wasm::toolchain(ws)?.describe())),
    ("chromium", |ws| Ok(browser::chromium(ws)?.describe())),
    ("firefox", |ws| Ok(browser::firefox(ws)?.describe())),
    ("compared", |ws| Ok(paths(differ::environment(ws)?.into_iter().map(|(_, path)| path)))),
    ("clients", |ws| Ok(paths(clients::environment(ws)?.into_iter().map(|(_, path)| path)))),
    ("servers", |ws| {
        let programs =
            servers::names().map(|name| Ok(servers::program(ws, name)?.display().to_string()));
        Ok(programs.collect::<Result<Vec<_>>>()?.join(", "))
    }),
    ("axe", |ws| Ok(node::axe(ws)?.display().to_string())),
    ("lighthouse", |ws| Ok(node::lighthouse(ws)?.display().to_string())),
];

/// What `cargo xtask setup` without names makes sure of: all that `build`, `serve` and `test` use
/// (`compared`: the real servers that the tests compare with; Firefox only with `--browser`).
const USUAL: &[&str] = &["wasm", "chromium", "firefox", "compared", "clients", "axe"];

fn paths(paths: impl Iterator<Item = OsString>) -> String {
    let paths: Vec<String> = paths.map(|path| path.display().to_string()).collect();
    paths.join(", ")
}

/// Makes sure of the named requirements; of the usual ones when `names` is empty.
pub fn run(workspace: &Workspace, names: &[String]) -> Result<()> {
    let usual: Vec<String> = USUAL.iter().map(|name| (*name).to_string()).collect();
    let names = if names.is_empty() { &usual } else { names };
    for name in names {
        let Some((_, ensure)) = REQUIREMENTS.iter().find(|(known, _)| known == name) else {
            let known: Vec<&str> = REQUIREMENTS.iter().map(|(known, _)| *known).collect();
            bail!("no requirement is called '{name}'; there are: {}", known.join(", "));
        };
        let start = Instant::now();
        let what = ensure(workspace)?;
        eprintln!("{name}: {what} ({})", step::seconds(start.elapsed()));
    }
    Ok(())
}

/// Holds a lock file while `work` runs, so that two clones do not fill the cache at the same time.
fn locked<T>(cache: &Path, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    fs::create_dir_all(cache)?;
    let file = File::create(cache.join(format!("{name}.lock")))?;
    file.lock()?;
    let value = work();
    // The lock ends with the file; an error here would hide that of `work`.
    drop(file);
    value
}
