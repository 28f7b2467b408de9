//! Where things are: the workspace, its target directory, and the cache shared by all clones.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The workspace that a command works on.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// Folder of the top `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's target directory.
    pub target: PathBuf,
    /// Tools that are slow to get, kept per user so that the next clone is fast. May be deleted at
    /// any time.
    pub cache: PathBuf,
}

impl Workspace {
    /// Finds the workspace around the current directory, not the one in which this binary was
    /// compiled, so one binary serves every worktree.
    pub fn find() -> Result<Workspace> {
        let output = Command::new(cargo())
            .args(["locate-project", "--workspace", "--message-format", "plain"])
            .output()
            .context("cannot run cargo")?;
        ensure!(
            output.status.success(),
            "run this inside the Streamlanes workspace: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        let manifest = PathBuf::from(String::from_utf8(output.stdout)?.trim());
        let root = manifest.parent().context("Cargo.toml has no folder")?.to_path_buf();
        ensure!(
            root.join("xtask/Cargo.toml").is_file(),
            "{} is the workspace of another project: change to Streamlanes' folder",
            root.display()
        );
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(dir) => root.join(dir),
            None => root.join("target"),
        };
        let cache = cache_dir().unwrap_or_else(|| target.join("cache"));
        Ok(Workspace { root, target, cache })
    }

    /// The finished site.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// `path` as people write it: relative to the workspace where possible.
    pub fn show(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }
}

/// `cargo` as it was called, so that `cargo +toolchain xtask` stays with its toolchain.
pub fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Finds an executable by name in `PATH`.
pub fn find_in_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let file_name = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&path).map(|dir| dir.join(&file_name)).find(|file| file.is_file())
}

fn cache_dir() -> Option<PathBuf> {
    let non_empty = |name| env::var_os(name).filter(|value| !value.is_empty());
    if let Some(dir) = non_empty("STREAMLANES_CACHE") {
        return Some(dir.into());
    }
    if let Some(dir) = non_empty("XDG_CACHE_HOME") {
        return Some(PathBuf::from(dir).join("streamlanes"));
    }
    non_empty("HOME").map(|home| PathBuf::from(home).join(".cache/streamlanes"))
}
