//! Comparing the engine with real Redis servers: gets the servers, then runs the differ.

use std::ffi::OsString;
use std::process::Command;

use anyhow::Result;

use crate::setup::servers;
use crate::step;
use crate::workspace::{Workspace, cargo};

/// Those that the tests compare with: the two that everything is held against, and the newest of
/// each family.
const TESTED: [&str; 4] = ["7.0", "8.2", "8.10", "valkey-9"];

/// Where the real servers are that the tests want, as the differ reads it from its environment.
pub fn environment(workspace: &Workspace) -> Result<Vec<(String, OsString)>> {
    TESTED.iter().map(|name| variable(workspace, name)).collect()
}

fn variable(workspace: &Workspace, name: &str) -> Result<(String, OsString)> {
    let suffix = name.to_uppercase().replace(['.', '-'], "_");
    let program = servers::program(workspace, name)?;
    Ok((format!("STREAMLANES_SERVER_{suffix}"), program.into()))
}

/// Runs the differ for as many seeds as its options say.
pub fn run(workspace: &Workspace, options: impl Iterator<Item = OsString>) -> Result<()> {
    let options: Vec<OsString> = options.collect();
    let wanted = options.windows(2).find(|pair| pair[0] == "--server");
    let names: Vec<&str> = match wanted.and_then(|pair| pair[1].to_str()) {
        Some(name) => vec![name],
        None => servers::names().collect(),
    };
    let is_alone = options.iter().any(|option| option == "--soak");
    let mut command = Command::new(cargo());
    command.current_dir(&workspace.root);
    for name in names.iter().filter(|_| !is_alone) {
        let (variable, program) = variable(workspace, name)?;
        command.env(variable, program);
    }
    // Alone the engine is to stumble over whatever is wrong.
    let profile = if is_alone { "checked" } else { "release" };
    command.args(["run", "--quiet", "--profile", profile, "--package", "streamlanes-differ", "--"]);
    step::run(command.args(options))
}
