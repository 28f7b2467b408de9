//! The site on a local port, rebuilt and reloaded whenever a source changes.

use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use notify::{EventKind, RecursiveMode, Watcher};

use crate::build::{self, Profile};
use crate::site::{self, Site};
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

/// The number of the newest build, and who waits for the next.
struct Builds {
    version: Mutex<u64>,
    changed: Condvar,
}

/// Serves until the process ends.
pub fn run(workspace: &Workspace, options: Options) -> Result<()> {
    // First of all: a taken port should not cost the time of a build.
    let listener = site::bind(options.port)?;
    let dist = build::run(workspace, options.profile)?;
    let builds = Arc::new(Builds { version: Mutex::new(0), changed: Condvar::new() });
    let address = format!("http://127.0.0.1:{}/", listener.port);
    let serving = listener.serve(reloading_site(dist, Arc::clone(&builds)));
    println!("Streamlanes is at {address} (Ctrl-C ends it; changes in src/ and www/ reload it)");
    if options.open {
        open_in_browser(&address);
    }
    watch(workspace, options.profile, &builds)?;
    drop(serving);
    Ok(())
}

fn reloading_site(dir: PathBuf, builds: Arc<Builds>) -> Site {
    Site {
        dir,
        base: "/".to_string(),
        intercept: Some(Box::new(move |request| {
            let url = request.url().to_string();
            if url == RELOAD_SCRIPT_PATH {
                let script = site::text(200, RELOAD_SCRIPT)
                    .with_header(site::header("Content-Type", "text/javascript"));
                let _ = request.respond(script);
                return None;
            }
            let Some(seen) = url.strip_prefix(RELOAD_POLL_PATH) else { return Some(request) };
            // A number that is no build's asks for the current one.
            let seen = seen.parse().unwrap_or(u64::MAX);
            let builds = Arc::clone(&builds);
            thread::spawn(move || {
                let version = builds.newer_than(seen);
                let _ = request.respond(site::text(200, &version.to_string()));
            });
            None
        })),
        page_filter: Some(Box::new(|page| {
            let tag = format!("<script type=\"module\" src=\"{RELOAD_SCRIPT_PATH}\"></script>");
            page.replacen("</body>", &format!("{tag}</body>"), 1)
        })),
    }
}

impl Builds {
    /// The current number: at once if it is not `seen`, else when it changes or after a while.
    fn newer_than(&self, seen: u64) -> u64 {
        let version = self.version.lock().expect("no holder of this lock panics");
        let (version, _) = self
            .changed
            .wait_timeout_while(version, POLL_LIMIT, |version| *version == seen)
            .expect("no holder of this lock panics");
        *version
    }

    fn next(&self) {
        *self.version.lock().expect("no holder of this lock panics") += 1;
        self.changed.notify_all();
    }
}

fn watch(workspace: &Workspace, profile: Profile, builds: &Builds) -> Result<()> {
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
                builds.next();
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
