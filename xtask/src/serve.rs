//! The site on a local port, rebuilt and reloaded whenever a source changes.

use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context, Result};
use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use notify::{EventKind, RecursiveMode, Watcher};
use tokio::sync::watch;

use crate::build::{self, Profile};
use crate::site::{self, Answer, Site};
use crate::workspace::Workspace;

/// What the command line says.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub port: u16,
    /// Whether to open the address in the default browser.
    pub open: bool,
    pub profile: Profile,
}

/// What is watched, relative to the workspace. Missing ones are left out.
const WATCHED: &[&str] = &["src", "www", "lessons", "Cargo.toml"];

/// An editor saves a file in several operations: a rebuild waits until it has been quiet this long.
const QUIET: Duration = Duration::from_millis(150);

/// How long a page's question for a reload stays open before the page asks again.
const POLL_LIMIT: Duration = Duration::from_secs(25);

const RELOAD_SCRIPT_PATH: &str = "/__reload.js";
const RELOAD_POLL_PATH: &str = "/__reload?seen=";

/// Asks again and again whether there is a newer build. Part of `serve` only, never of the site.
const RELOAD_SCRIPT: &str = r#"
const ask = async (seen) => {
  for (;;) {
    try {
      const answer = await fetch(`/__reload?seen=${seen}`, { cache: "no-store" });
      const version = Number(await answer.text());
      if (seen >= 0 && version !== seen) location.reload();
      seen = version;
    } catch {
      // The server is away, perhaps for a restart.
      await new Promise((wake) => setTimeout(wake, 1000));
    }
  }
};
ask(-1);
"#;

/// Serves until the process ends.
pub fn run(workspace: &Workspace, options: Options) -> Result<()> {
    // First of all: a taken port should not cost the time of a build.
    let listener = site::bind(options.port)?;
    let dist = build::run(workspace, options.profile)?;
    // The number of the newest build.
    let (builds, newest) = watch::channel(0);
    let address = format!("http://127.0.0.1:{}/", listener.port);
    let serving = listener.serve(reloading_site(dist, newest))?;
    println!("Streamlanes is at {address} (Ctrl-C ends it; changes in src/ and www/ reload it)");
    if options.open {
        open_in_browser(&address);
    }
    rebuild_on_change(workspace, options.profile, &builds)?;
    drop(serving);
    Ok(())
}

fn reloading_site(dir: PathBuf, builds: watch::Receiver<u64>) -> Site {
    Site {
        dir,
        base: "/".to_string(),
        intercept: Some(Box::new(move |url| {
            if url == RELOAD_SCRIPT_PATH {
                return Some(Box::pin(async { script(RELOAD_SCRIPT) }));
            }
            let seen = url.strip_prefix(RELOAD_POLL_PATH)?;
            // A number that is no build's asks for the current one.
            let seen = seen.parse().unwrap_or(u64::MAX);
            Some(Box::pin(newer_than(seen, builds.clone())))
        })),
        page_filter: Some(Box::new(|page| {
            let tag = format!("<script type=\"module\" src=\"{RELOAD_SCRIPT_PATH}\"></script>");
            page.replacen("</body>", &format!("{tag}</body>"), 1)
        })),
    }
}

fn script(source: &'static str) -> Answer {
    let mut answer = site::text(StatusCode::OK, source);
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/javascript"));
    answer
}

/// The current number: at once if it is not `seen`, else when it changes or after a while.
async fn newer_than(seen: u64, mut builds: watch::Receiver<u64>) -> Answer {
    // Neither the end of the wait nor the end of `serve` changes what is answered.
    let _ = tokio::time::timeout(POLL_LIMIT, builds.wait_for(|version| *version != seen)).await;
    let version = *builds.borrow();
    site::text(StatusCode::OK, &version.to_string())
}

fn rebuild_on_change(
    workspace: &Workspace,
    profile: Profile,
    builds: &watch::Sender<u64>,
) -> Result<()> {
    let (sender, events) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| !matches!(event.kind, EventKind::Access(_))) {
            // The receiver is gone only when `serve` is ending.
            let _ = sender.send(());
        }
    })
    .context("cannot watch files")?;
    for path in WATCHED.iter().map(|name| workspace.root.join(name)).filter(|path| path.exists()) {
        watcher.watch(&path, RecursiveMode::Recursive)?;
    }
    while events.recv().is_ok() {
        while !matches!(events.recv_timeout(QUIET), Err(RecvTimeoutError::Timeout)) {}
        match build::run(workspace, profile) {
            Ok(_) => {
                eprintln!("rebuilt");
                builds.send_modify(|version| *version += 1);
            }
            Err(error) => eprintln!("{error:#}\nthe last good build stays; save again to retry"),
        }
    }
    Ok(())
}

fn open_in_browser(address: &str) {
    let opener: &[&str] = if cfg!(target_os = "macos") {
        &["open"]
    } else if cfg!(windows) {
        &["cmd", "/C", "start", ""]
    } else {
        &["xdg-open"]
    };
    if Command::new(opener[0]).args(&opener[1..]).arg(address).spawn().is_err() {
        eprintln!("no browser could be started: open {address} yourself");
    }
}
