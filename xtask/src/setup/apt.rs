//! Debian packages.

use std::process::Command;

use anyhow::{Result, bail};

use crate::step;
use crate::workspace::{Workspace, find_in_path};

/// Whether this machine has Debian's package tools.
pub fn is_available() -> bool {
    find_in_path("apt-get").is_some()
}

/// Installs packages, refreshing apt's lists only when the first try fails. Needs root, or a `sudo`
/// that asks nothing.
pub fn install(workspace: &Workspace, packages: &[&str]) -> Result<()> {
    let is_root = step::output_of(Command::new("id").arg("-u"))? == "0";
    let has_sudo = || step::output_of(Command::new("sudo").args(["-n", "true"])).is_ok();
    if !is_root && !has_sudo() {
        bail!(
            "this needs Debian packages, and installing them needs root. Run:\n    \
             sudo apt-get install --no-install-recommends {}",
            packages.join(" ")
        );
    }
    let apt_get = |args: &[&str]| {
        let mut command = if is_root { Command::new("apt-get") } else { Command::new("sudo") };
        if !is_root {
            command.args(["-n", "apt-get"]);
        }
        command.env("DEBIAN_FRONTEND", "noninteractive");
        // Somebody else's apt may be running: wait for it instead of failing.
        command.args(["-o", "DPkg::Lock::Timeout=600", "-o", "Acquire::Retries=3"]).args(args);
        command
    };
    step::step(&format!("apt-get install {}", packages.join(" ")), || {
        let mut install = vec!["install", "-y", "--no-install-recommends"];
        install.extend(packages);
        let log = workspace.target.join("xtask/apt.log");
        if step::run_quietly(&mut apt_get(&install), &log).is_ok() {
            return Ok(());
        }
        // A repository that does not answer is no reason to stop: the install below decides.
        let _ = step::run_quietly(&mut apt_get(&["update"]), &log);
        step::run_quietly(&mut apt_get(&install), &log)
    })
}
