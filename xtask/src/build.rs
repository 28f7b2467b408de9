//! From sources to a complete static site: a list of steps that each add files to one folder.
//!
//! Everything in the site is addressed relatively, so it works from any path of any static host.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::lessons;
use crate::setup::wasm::{self, Toolchain};
use crate::split;
use crate::step;
use crate::styles;
use crate::workspace::Workspace;

/// How the library is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// As users get it: small and fast, slow to compile. Goes to `dist/`.
    Release,
    /// Quick to compile, with names in stack traces. Goes to `target/dist-dev/`.
    Dev,
    /// Like `Dev`, with the controls that kill the instance on purpose: for the tests of what
    /// happens then. Goes to `target/dist-faults/`.
    Faults,
}

impl Profile {
    /// The profile's name in `Cargo.toml`.
    fn cargo_name(self) -> &'static str {
        match self {
            Profile::Release => "wasm-release",
            Profile::Dev | Profile::Faults => "wasm-dev",
        }
    }

    /// Where the site goes.
    pub fn dist(self, workspace: &Workspace) -> PathBuf {
        match self {
            Profile::Release => workspace.dist(),
            Profile::Dev => workspace.target.join("dist-dev"),
            Profile::Faults => workspace.target.join("dist-faults"),
        }
    }
}

/// What the steps of one build share.
pub(crate) struct Build<'a> {
    pub(crate) workspace: &'a Workspace,
    toolchain: Toolchain,
    pub(crate) profile: Profile,
    /// The folder that the steps fill; it becomes the site when all have succeeded.
    pub(crate) staging: PathBuf,
}

type Step = (&'static str, fn(&Build) -> Result<()>);

/// Says which functions a first visit does without, relative to the workspace.
const LATER: &str = "xtask/later.txt";

/// In the order in which they run. Later files may replace earlier ones of the same name.
const STEPS: &[Step] = &[
    ("compile the library to wasm", compile),
    ("bind it to JavaScript", bind),
    ("part what a first visit runs from the rest", part),
    ("copy www/", copy_page),
    ("join the style sheets", join_styles),
    ("write the course", lessons::write_pages),
    ("compile and bind the module for host pages", embed),
];

/// Builds the site and returns its folder.
pub fn run(workspace: &Workspace, profile: Profile) -> Result<PathBuf> {
    let dist = profile.dist(workspace);
    let build = Build {
        workspace,
        toolchain: wasm::toolchain(workspace)?,
        profile,
        staging: workspace.target.join("xtask").join(format!("staging-{profile:?}")),
    };
    if build.staging.exists() {
        fs::remove_dir_all(&build.staging)?;
    }
    fs::create_dir_all(&build.staging)?;
    for (name, work) in STEPS {
        step::step(name, || work(&build))?;
    }
    replace_tree(&build.staging, &dist)?;
    Ok(dist)
}

/// What the compiler aims at for a library that is not the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aim {
    /// As the page is compiled for users.
    Small,
    /// As `dist/embed/` is compiled for host pages.
    Fast,
}

impl Aim {
    /// The profile's name in `Cargo.toml`.
    fn cargo_name(self) -> &'static str {
        match self {
            Aim::Small => Profile::Release.cargo_name(),
            Aim::Fast => "wasm-speed",
        }
    }
}

/// Compiles another library of the workspace and turns it into a JavaScript module in `out`.
/// `chosen`: cargo's arguments.
pub(crate) fn library(
    workspace: &Workspace,
    aim: Aim,
    chosen: &[&str],
    name: &str,
    out: &Path,
) -> Result<()> {
    let toolchain = wasm::toolchain(workspace)?;
    let profile = aim.cargo_name();
    let mut command = toolchain.cargo(workspace, "build");
    step::run(command.args(["--quiet", "--lib", "--profile", profile]).args(chosen))?;
    let compiled = toolchain.target_dir.join(wasm::TARGET).join(profile);
    let compiled = compiled.join(format!("{name}.wasm"));
    Bindgen::new()
        .input_path(&compiled)
        .web(true)?
        .omit_default_module_path(false)
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(out)
        .with_context(|| format!("wasm-bindgen refuses {}", compiled.display()))
}

/// The engine and its world without the page, for pages that embed them: docs/embedding.md. Only in
/// what is published, since nothing of the page needs it.
fn embed(build: &Build) -> Result<()> {
    if build.profile != Profile::Release {
        return Ok(());
    }
    let chosen = ["--package", "streamlanes", "--no-default-features", "--features", "host-api"];
    library(build.workspace, Aim::Fast, &chosen, "streamlanes", &build.staging.join("embed"))
}

fn compile(build: &Build) -> Result<()> {
    let mut command = build.toolchain.cargo(build.workspace, "rustc");
    command.args(["--quiet", "--package", "streamlanes", "--lib", "--crate-type", "cdylib"]);
    command.args(["--profile", build.profile.cargo_name()]);
    if build.profile == Profile::Faults {
        command.args(["--features", "fault-injection"]);
    }
    if build.profile == Profile::Release {
        // Tells `part` which function needs which constant.
        command.args(["--", "-Clink-arg=--emit-relocs"]);
    }
    step::run(&mut command)
}

/// The library as the compiler leaves it.
fn compiled(build: &Build) -> PathBuf {
    let profile = build.toolchain.target_dir.join(wasm::TARGET).join(build.profile.cargo_name());
    profile.join("streamlanes.wasm")
}

fn bind(build: &Build) -> Result<()> {
    let compiled = compiled(build);
    Bindgen::new()
        .input_path(&compiled)
        .web(true)?
        // Without it the page would have to pass the module's address to `init()`.
        .omit_default_module_path(false)
        .typescript(true)
        // `part` finds functions by the names that the linker knows; it removes them afterwards.
        .demangle(build.profile != Profile::Release)
        .generate(&build.staging)
        .with_context(|| format!("wasm-bindgen refuses {}", compiled.display()))
}

fn part(build: &Build) -> Result<()> {
    if build.profile != Profile::Release {
        return Ok(());
    }
    split::split_site(&compiled(build), &build.staging, &build.workspace.root.join(LATER))
}

fn copy_page(build: &Build) -> Result<()> {
    let www = build.workspace.root.join("www");
    for file in files_below(&www)? {
        copy(&www.join(&file), &build.staging.join(&file))?;
    }
    Ok(())
}

fn join_styles(build: &Build) -> Result<()> {
    match build.profile {
        Profile::Release => styles::join(&build.staging),
        // As they are written, for the browser's own tools.
        Profile::Dev | Profile::Faults => Ok(()),
    }
}

/// Makes `to` equal to `from`. Unchanged files keep their time stamps.
fn replace_tree(from: &Path, to: &Path) -> Result<()> {
    let wanted: BTreeSet<PathBuf> = files_below(from)?.into_iter().collect();
    if to.exists() {
        for file in files_below(to)? {
            if !wanted.contains(&file) {
                fs::remove_file(to.join(file))?;
            }
        }
    }
    remove_empty_dirs(to)?;
    for file in wanted {
        let new = fs::read(from.join(&file))?;
        let target = to.join(&file);
        if fs::read(&target).ok().as_ref() != Some(&new) {
            copy(&from.join(&file), &target)?;
        }
    }
    Ok(())
}

fn remove_empty_dirs(dir: &Path) -> Result<()> {
    let Ok(entries) = fs::read_dir(dir) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_empty_dirs(&entry.path())?;
            // Fails when something is left in it, which is how an empty one is told.
            let _ = fs::remove_dir(entry.path());
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(dir) = to.parent() {
        fs::create_dir_all(dir)?;
    }
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}

/// Paths of all files below `dir`, relative to it, sorted. Hidden files are left out.
pub fn files_below(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(relative) = open.pop() {
        let entries = fs::read_dir(dir.join(&relative))
            .with_context(|| format!("cannot read {}", dir.join(&relative).display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            if name.to_string_lossy().starts_with('.') {
                continue;
            }
            let path = relative.join(name);
            if entry.file_type()?.is_dir() { open.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}
