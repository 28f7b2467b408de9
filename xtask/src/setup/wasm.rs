//! A compiler with the wasm32 target: rustup's where it can be had, else one made of Debian's
//! packages (its compiler, and a standard library built once from its sources).

use std::collections::hash_map::DefaultHasher;
use std::env;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};

use super::{apt, locked};
use crate::step;
use crate::workspace::{Workspace, cargo, find_in_path};

/// The target's name.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Set to `debian` to use Debian's packages although rustup would do, for instance to test that
/// way.
const CHOICE_VARIABLE: &str = "STREAMLANES_WASM_TOOLCHAIN";

/// How long `rustup target add` may take: it downloads some 20 MB, or finds that it cannot.
const RUSTUP_LIMIT: Duration = Duration::from_secs(120);

/// Debian's compiler, its cargo (for `-Z build-std`), the library's sources, clippy and a linker.
const DEBIAN_PACKAGES: &[&str] =
    &["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy", "rust-web-llvm"];
/// A file in the sysroot that differs each time it is built.
const STAMP: &str = "stamp";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";

/// A compiler that knows the wasm32 target.
#[derive(Clone, Debug)]
pub struct Toolchain {
    /// Folder of the `rustc` and `rustdoc` to use; nothing when cargo's own know the target.
    bin: Option<PathBuf>,
    /// The linker, where it is not the compiler's default.
    linker: Option<PathBuf>,
    /// Cargo's target directory for wasm: one for each compiler, since cargo does not notice that a
    /// standard library was rebuilt.
    pub target_dir: PathBuf,
    version: String,
}

impl Toolchain {
    /// One line for people.
    pub fn describe(&self) -> String {
        match &self.bin {
            None => format!("{TARGET} of {}", self.version),
            Some(bin) => format!("{TARGET} of {} in {}", self.version, bin.display()),
        }
    }

    /// `cargo <subcommand> --target wasm32-unknown-unknown` in the workspace.
    pub fn cargo(&self, workspace: &Workspace, subcommand: &str) -> Command {
        let mut command = Command::new(cargo());
        command.current_dir(&workspace.root).arg(subcommand).args(["--target", TARGET]);
        self.apply(&mut command);
        command
    }

    /// `cargo clippy` for wasm, before its arguments. Debian's is not a cargo subcommand of
    /// rustup's cargo, so it is put in by the variable that a `cargo clippy` sets as well.
    pub fn clippy(&self, workspace: &Workspace) -> Command {
        match &self.bin {
            None => self.cargo(workspace, "clippy"),
            Some(bin) => {
                let mut command = self.cargo(workspace, "check");
                command.env("RUSTC_WORKSPACE_WRAPPER", bin.join("clippy-driver"));
                command
            }
        }
    }

    fn apply(&self, command: &mut Command) {
        command.env("CARGO_TARGET_DIR", &self.target_dir);
        if let Some(bin) = &self.bin {
            command.env("RUSTC", bin.join("rustc")).env("RUSTDOC", bin.join("rustdoc"));
        }
        if let Some(linker) = &self.linker {
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
    }
}

/// Finds or makes the toolchain.
pub fn toolchain(workspace: &Workspace) -> Result<Toolchain> {
    let wants_debian = env::var(CHOICE_VARIABLE).is_ok_and(|choice| choice == "debian");
    if wants_debian {
        return debian(workspace);
    }
    let own = own_sysroot(workspace)?;
    if has_target(&own) {
        return own_toolchain(workspace);
    }
    if debian_is_ready(workspace) {
        return debian(workspace);
    }
    if find_in_path("rustup").is_some() {
        let added = step::step(&format!("rustup target add {TARGET}"), || {
            let mut command = Command::new("rustup");
            command.current_dir(&workspace.root).args(["target", "add", TARGET]);
            Ok(step::succeeds_within(&mut command, RUSTUP_LIMIT))
        })?;
        if added && has_target(&own) {
            return own_toolchain(workspace);
        }
        eprintln!("  rustup cannot get the target here");
    }
    if apt::is_available() {
        return debian(workspace);
    }
    bail!(
        "the Rust target {TARGET} is missing. Run `rustup target add {TARGET}`, or install your \
         system's package for it, and try again"
    )
}

fn own_sysroot(workspace: &Workspace) -> Result<PathBuf> {
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.current_dir(&workspace.root).args(["--print", "sysroot"]);
    Ok(step::output_of(&mut rustc)?.into())
}

fn library_dir(sysroot: &Path, target: &str) -> PathBuf {
    sysroot.join("lib/rustlib").join(target).join("lib")
}

fn has_target(sysroot: &Path) -> bool {
    let Ok(files) = fs::read_dir(library_dir(sysroot, TARGET)) else { return false };
    files.flatten().any(|file| {
        let name = file.file_name();
        name.to_string_lossy().starts_with("libstd-")
    })
}

fn own_toolchain(workspace: &Workspace) -> Result<Toolchain> {
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let verbose = step::output_of(rustc.current_dir(&workspace.root).arg("-vV"))?;
    Ok(Toolchain {
        bin: None,
        linker: None,
        target_dir: workspace.target.join(format!("wasm-{}", short_hash(&verbose))),
        version: first_line(&verbose),
    })
}

/// Whether Debian's way was taken before, so that it costs nothing now.
fn debian_is_ready(workspace: &Workspace) -> bool {
    let Ok(verbose) = step::output_of(Command::new(DEBIAN_RUSTC).arg("-vV")) else { return false };
    let sysroot = debian_sysroot(workspace, &verbose);
    is_complete(&sysroot) && Path::new("/usr/bin/clippy-driver").exists()
}

fn is_complete(sysroot: &Path) -> bool {
    has_target(sysroot) && sysroot.join(STAMP).is_file()
}

fn debian_sysroot(workspace: &Workspace, verbose_version: &str) -> PathBuf {
    workspace.cache.join(format!("wasm-sysroot-{}", short_hash(verbose_version)))
}

fn debian(workspace: &Workspace) -> Result<Toolchain> {
    if !debian_is_ready(workspace) {
        locked(&workspace.cache, "apt", || apt::install(workspace, DEBIAN_PACKAGES))?;
    }
    let verbose = step::output_of(Command::new(DEBIAN_RUSTC).arg("-vV"))?;
    let sysroot = debian_sysroot(workspace, &verbose);
    locked(&workspace.cache, "wasm-sysroot", || {
        if is_complete(&sysroot) {
            return Ok(());
        }
        step::step("build the standard library for wasm32, once", || {
            build_sysroot(workspace, &sysroot, &verbose)
        })
    })?;
    let stamp = fs::read_to_string(sysroot.join(STAMP)).context("the sysroot has no stamp")?;
    Ok(Toolchain {
        bin: Some(sysroot.join("bin")),
        linker: Some(find_linker(workspace)?),
        target_dir: workspace.target.join(format!("wasm-{}", short_hash(&stamp))),
        version: first_line(&verbose),
    })
}

/// Builds `std` in a seed crate and lays it out as a sysroot with wrappers that use it. The folder
/// appears only when it is complete.
fn build_sysroot(workspace: &Workspace, sysroot: &Path, verbose_version: &str) -> Result<()> {
    let work = sysroot.with_extension("work");
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    let seed = work.join("seed");
    fs::create_dir_all(seed.join("src"))?;
    fs::write(seed.join("src/lib.rs"), "")?;
    fs::write(
        seed.join("Cargo.toml"),
        "[package]\nname = \"seed\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n",
    )?;
    let mut build = Command::new(DEBIAN_CARGO);
    build.current_dir(&seed).args(["build", "--release", "--target", TARGET]);
    build.args(["-Z", "build-std=std,panic_abort,panic_unwind,test"]);
    // Without bitcode in it, link-time optimisation of the library would fail later.
    build.env("RUSTFLAGS", "-Cembed-bitcode=yes").env("RUSTC_BOOTSTRAP", "1");
    build.env("RUSTC", DEBIAN_RUSTC).env("CARGO_TARGET_DIR", seed.join("target"));
    for name in ["LD_LIBRARY_PATH", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WORKSPACE_WRAPPER"] {
        build.env_remove(name);
    }
    step::run_quietly(&mut build, &workspace.target.join("xtask/wasm-sysroot.log"))?;

    let made = work.join("sysroot");
    let library = library_dir(&made, TARGET);
    fs::create_dir_all(&library)?;
    for file in fs::read_dir(seed.join("target").join(TARGET).join("release/deps"))? {
        let path = file?.path();
        if path.extension().is_some_and(|extension| extension == "rlib") {
            fs::copy(&path, library.join(path.file_name().context("a file has a name")?))?;
        }
    }
    ensure!(has_target(&made), "the build of std left no libstd");
    link_host_library(&made, verbose_version)?;
    write_wrappers(&made.join("bin"), sysroot)?;
    let made_at = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
    fs::write(made.join(STAMP), format!("{verbose_version}\n{made_at}\n"))?;
    if sysroot.exists() {
        fs::remove_dir_all(sysroot)?;
    }
    fs::rename(&made, sysroot)?;
    fs::remove_dir_all(&work)?;
    Ok(())
}

/// Build scripts and macros are compiled for the host: their library is Debian's own.
fn link_host_library(made: &Path, verbose_version: &str) -> Result<()> {
    let host = verbose_version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .context("rustc -vV names no host")?;
    let debian = step::output_of(Command::new(DEBIAN_RUSTC).args(["--print", "sysroot"]))?;
    let original = Path::new(&debian).join("lib/rustlib").join(host);
    symlink_dir(&original, &made.join("lib/rustlib").join(host))
}

#[cfg(unix)]
fn symlink_dir(original: &Path, link: &Path) -> Result<()> {
    Ok(std::os::unix::fs::symlink(original, link)?)
}

#[cfg(not(unix))]
fn symlink_dir(_original: &Path, _link: &Path) -> Result<()> {
    bail!("Debian's packages need a Debian system")
}

/// `rustc` and friends that look for libraries in `sysroot`.
fn write_wrappers(bin: &Path, sysroot: &Path) -> Result<()> {
    fs::create_dir_all(bin)?;
    let sysroot = sysroot.display();
    let wrappers = [
        ("rustc", format!("exec /usr/bin/rustc --sysroot '{sysroot}' \"$@\"")),
        ("rustdoc", format!("exec /usr/bin/rustdoc --sysroot '{sysroot}' \"$@\"")),
        // Cargo calls it as `clippy-driver <path of rustc> <arguments>`.
        ("clippy-driver", format!("exec /usr/bin/clippy-driver \"$@\" --sysroot '{sysroot}'")),
    ];
    for (name, line) in wrappers {
        let file = bin.join(name);
        fs::write(&file, format!("#!/bin/sh\n{line}\n"))?;
        make_executable(&file)?;
    }
    Ok(())
}

#[cfg(unix)]
fn make_executable(file: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::set_permissions(file, fs::Permissions::from_mode(0o755))?)
}

#[cfg(not(unix))]
fn make_executable(_file: &Path) -> Result<()> {
    Ok(())
}

/// rustup's toolchains carry the linker; so does Debian, under versioned names.
fn find_linker(workspace: &Workspace) -> Result<PathBuf> {
    let own = own_sysroot(workspace)?.join("lib/rustlib");
    if let Ok(targets) = fs::read_dir(own) {
        for target in targets.flatten() {
            let linker = target.path().join("bin/rust-lld");
            if linker.is_file() {
                return Ok(linker);
            }
        }
    }
    let debian: Vec<PathBuf> = (14..30)
        .rev()
        .filter_map(|version| find_in_path(&format!("wasm-ld-{version}")))
        .chain(find_in_path("wasm-ld"))
        .collect();
    if let Some(linker) = debian.into_iter().next() {
        return Ok(linker);
    }
    locked(&workspace.cache, "apt", || apt::install(workspace, &["lld"]))?;
    find_in_path("wasm-ld").context("this needs wasm-ld: install lld from your system's packages")
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_string()
}

/// Eight hexadecimal digits that stand for `text`. `DefaultHasher::new` uses fixed keys.
fn short_hash(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("{:08x}", hasher.finish() & 0xffff_ffff)
}
