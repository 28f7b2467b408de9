//! The command line of the build tool: `cargo xtask <command>`.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;
use xtask::build::{self, Profile};
use xtask::workspace::Workspace;
use xtask::{bench, differ, lessons, lighthouse, serve, setup, size, step, test};

const USAGE: &str = "\
cargo xtask <command>

  serve [--port N] [--open] [--release]   build, serve on localhost (port 8080), reload on change
  build [--dev]                           the static site in dist/ (--dev: in target/dist-dev/)
  test [--only STAGE,…] [--browser NAME,…]
                                          all checks: fmt, clippy, clippy-wasm, native, wasm, build,
                                          size, e2e; browsers: chromium, firefox (by default
                                          both)
  size [--record]                         what a visitor downloads, against xtask/size-budget.toml
  bench [--quick] [--only NAME,…] [--workload W1,…] [--minutes N] [--write]
                                          this engine beside redis-server and others; docs/bench.md
                                          (names: wasm, native, door, redis, ioredis-mock,
                                          fakeredis, burner-redis, memory, cost, page; minutes at
                                          full speed while the page's memory is watched: 2)
  lighthouse [--dist DIR]                 Lighthouse's four scores for the site (as it is in DIR),
                                          and what costs points
  screenshots [--readme]                  pictures of the page in target/screenshots/
                                          (--readme: only docs/screenshot.png)
  setup [NAME…]                           get what other commands need (they call it themselves):
                                          wasm, chromium, firefox, compared, servers, clients,
                                          axe, lighthouse
  lesson check [NUMBER…]                  whether lessons can be solved, and whether wrongly
  lesson new NUMBER-NAME                  a new lesson file to start from (docs/authoring.md)
  differ [--seeds N] [--server NAME] …    compare the engine with real Redis servers (differ --help)
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut arguments = lexopt::Parser::from_env();
    let command = match arguments.next()? {
        Some(Value(command)) => command.string()?,
        Some(Long("help") | Short('h')) | None => {
            print!("{USAGE}");
            return Ok(());
        }
        Some(other) => return Err(other.unexpected().into()),
    };
    match command.as_str() {
        "setup" => setup(arguments),
        "build" => build(arguments),
        "serve" => serve(arguments),
        "lesson" => lesson(arguments),
        "differ" => differ::run(&Workspace::find()?, arguments.raw_args()?),
        "lighthouse" => judge(arguments),
        "test" => test(arguments),
        "size" => size(arguments),
        "bench" => bench(arguments),
        "screenshots" => screenshots(arguments),
        "help" => {
            print!("{USAGE}");
            Ok(())
        }
        _ => bail!("no command is called '{command}'\n\n{USAGE}"),
    }
}

fn setup(mut arguments: lexopt::Parser) -> Result<()> {
    let mut names = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(name) => names.push(name.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    setup::run(&Workspace::find()?, &names)
}

fn build(mut arguments: lexopt::Parser) -> Result<()> {
    let mut profile = Profile::Release;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("dev") => profile = Profile::Dev,
            Long("faults") => profile = Profile::Faults,
            other => return Err(other.unexpected().into()),
        }
    }
    let workspace = Workspace::find()?;
    let dist = build::run(&workspace, profile)?;
    println!("the site is in {}/", workspace.show(&dist));
    Ok(())
}

fn lesson(mut arguments: lexopt::Parser) -> Result<()> {
    let mut words = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(word) => words.push(word.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["check", numbers @ ..] => lessons::check(&Workspace::find()?, numbers),
        ["new", slug] => lessons::new(&Workspace::find()?, slug),
        ["strings", language] => lessons::strings(&Workspace::find()?, language),
        _ => bail!(
            "write `lesson check [NUMBER…]`, `lesson new 4.10-my-lesson` or `lesson strings de`"
        ),
    }
}

fn serve(mut arguments: lexopt::Parser) -> Result<()> {
    let mut options = serve::Options { port: 8080, open: false, profile: Profile::Dev };
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("port") => {
                let port = arguments.value()?;
                options.port = port.parse().with_context(|| {
                    format!("--port wants a number up to 65535, not {}", port.display())
                })?;
            }
            Long("open") => options.open = true,
            Long("release") => options.profile = Profile::Release,
            other => return Err(other.unexpected().into()),
        }
    }
    serve::run(&Workspace::find()?, options)
}

fn judge(mut arguments: lexopt::Parser) -> Result<()> {
    let mut dist = None;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("dist") => dist = Some(arguments.value()?.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    lighthouse::run(&Workspace::find()?, dist)
}

fn test(mut arguments: lexopt::Parser) -> Result<()> {
    let mut only = Vec::new();
    let mut browsers = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("only") => only.extend(list(&arguments.value()?.string()?)),
            Long("browser") => browsers.extend(list(&arguments.value()?.string()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    test::run(&Workspace::find()?, &only, &browsers)
}

/// `a,b` as two names.
fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_string).collect()
}

fn size(mut arguments: lexopt::Parser) -> Result<()> {
    let mut record = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("record") => record = true,
            other => return Err(other.unexpected().into()),
        }
    }
    let workspace = Workspace::find()?;
    build::run(&workspace, Profile::Release)?;
    size::check(&workspace)?;
    if record { size::record(&workspace) } else { Ok(()) }
}

fn bench(mut arguments: lexopt::Parser) -> Result<()> {
    let mut options = bench::Options::default();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("quick") => options.quick = true,
            Long("write") => options.write = true,
            Long("minutes") => options.minutes = Some(arguments.value()?.parse()?),
            Long("only") => options.only.extend(list(&arguments.value()?.string()?)),
            Long("workload") => options.workloads.extend(list(&arguments.value()?.string()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    bench::run(&Workspace::find()?, &options)
}

fn screenshots(mut arguments: lexopt::Parser) -> Result<()> {
    let workspace = Workspace::find()?;
    let out = workspace.target.join("screenshots");
    let mut readme = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("readme") => readme = true,
            other => return Err(other.unexpected().into()),
        }
    }
    build::run(&workspace, Profile::Release)?;
    let mut command = Command::new(test::browser_tests_program(&workspace)?);
    command.current_dir(&workspace.root).arg("screenshots").arg("--out").arg(out);
    if readme {
        command.arg("--readme").arg(workspace.root.join("docs/screenshot.png"));
    }
    step::run(&mut command)
}
