//! Comparing the engine with real Redis servers: gets the servers, then runs the differ.

use std::ffi::OsString;
use std::process::Command;

use anyhow::Result;

use crate::setup::redis;
use crate::step;
use crate::workspace::{Workspace, cargo};

/// Where the real servers are, as the differ reads it from its environment.
pub fn environment(workspace: &Workspace) -> Result<[(&'static str, OsString); 2]> {
    Ok([
        ("STREAMLANES_REDIS_70", redis::server_7_0(workspace)?.into()),
        ("STREAMLANES_REDIS_82", redis::server_8_2(workspace)?.into()),
    ])
}

/// Runs the differ for as many seeds as its options say.
pub fn run(workspace: &Workspace, options: impl Iterator<Item = OsString>) -> Result<()> {
    let mut command = Command::new(cargo());
    command.current_dir(&workspace.root).envs(environment(workspace)?);
    command.args(["run", "--quiet", "--release", "--package", "streamlanes-differ", "--"]);
    step::run(command.args(options))
}
