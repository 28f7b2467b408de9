//! The command line of the build tool: `cargo xtask <command>`.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;
use xtask::build::{self, Profile};
use xtask::workspace::Workspace;
use xtask::{differ, serve, setup};

const USAGE: &str = "\
cargo xtask <command>

  serve [--port N] [--open] [--release]   build, serve on localhost (port 8080), reload on change
  build [--dev]                           the complete static site in dist/ (--dev: target/dist-dev/)
  setup [NAME…]                           get what the other commands need (they call it themselves):
                                          wasm, chromium, firefox, redis-7.0, redis-8.2
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
        "differ" => differ::run(&Workspace::find()?, arguments.raw_args()?),
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
            other => return Err(other.unexpected().into()),
        }
    }
    let workspace = Workspace::find()?;
    let dist = build::run(&workspace, profile)?;
    println!("the site is in {}/", workspace.show(&dist));
    Ok(())
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
