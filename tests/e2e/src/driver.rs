//! A WebDriver program on a free port, and browser sessions that it opens.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use xtask::setup::browser::{self, Browser};
use xtask::workspace::Workspace;

/// How long a driver may take to listen.
const START_LIMIT: Duration = Duration::from_secs(20);

/// A browser that the scenarios know how to drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Chromium,
    Firefox,
}

impl Kind {
    pub(crate) fn from_name(name: &str) -> Option<Kind> {
        [Kind::Chromium, Kind::Firefox].into_iter().find(|kind| kind.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Chromium => "chromium",
            Kind::Firefox => "firefox",
        }
    }
}

/// A running driver; it ends when dropped.
pub(crate) struct Driver {
    child: Child,
    port: u16,
    pub(crate) kind: Kind,
    browser: Browser,
    /// What the driver prints. Firefox's own console output is in it, too.
    pub(crate) log: PathBuf,
}

impl Driver {
    /// Starts the driver of `kind`, getting browser and driver first if they are missing.
    pub(crate) fn start(workspace: &Workspace, kind: Kind, out: &Path) -> Result<Driver> {
        let browser = match kind {
            Kind::Chromium => browser::chromium(workspace)?,
            Kind::Firefox => browser::firefox(workspace)?,
        };
        fs::create_dir_all(out)?;
        let log = out.join(format!("{}-driver.log", kind.name()));
        let file = File::create(&log)?;
        let port = free_port()?;
        let mut command = Command::new(&browser.driver);
        command.arg(format!("--port={port}"));
        if kind == Kind::Firefox {
            // Both of its ports must be free; the other one defaults to a fixed number.
            command.arg(format!("--websocket-port={}", free_port()?));
        }
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let child =
            command.spawn().with_context(|| format!("cannot run {}", browser.driver.display()))?;
        let mut driver = Driver { child, port, kind, browser, log };
        driver.wait_until_it_listens()?;
        Ok(driver)
    }

    fn wait_until_it_listens(&mut self) -> Result<()> {
        let deadline = Instant::now() + START_LIMIT;
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let has_ended = self.child.try_wait()?.is_some();
            ensure!(
                !has_ended && Instant::now() < deadline,
                "{} does not listen; see {}",
                self.browser.driver.display(),
                self.log.display()
            );
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// A new browser with an empty profile.
    pub(crate) async fn open(&self, look: Look) -> Result<Client> {
        let capabilities = match self.kind {
            Kind::Chromium => chromium_capabilities(&self.browser, look),
            Kind::Firefox => firefox_capabilities(&self.browser, look),
        };
        ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{}", self.port))
            .await
            .with_context(|| format!("no session; see {}", self.log.display()))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How the page is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// Size of the page, in CSS pixels.
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Whether the system prefers dark colours.
    pub(crate) dark: bool,
    /// Whether the system asks for reduced motion.
    pub(crate) still: bool,
}

impl Look {
    pub(crate) const DESKTOP: Look = Look { width: 1280, height: 800, dark: false, still: false };
    pub(crate) const PHONE: Look = Look { width: 390, height: 844, dark: false, still: false };
}

fn chromium_capabilities(browser: &Browser, look: Look) -> Map<String, Value> {
    let mut arguments: Vec<String> = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        // Hostile links are opened by the hundred, faster than a person could.
        "--disable-ipc-flooding-protection",
        "--hide-scrollbars",
        "--force-device-scale-factor=1",
    ]
    .map(str::to_string)
    .into();
    arguments.push(format!("--window-size={},{}", look.width, look.height));
    if look.still {
        arguments.push("--force-prefers-reduced-motion".to_string());
    }
    // 0 is dark and 1 is light.
    let scheme = if look.dark { 0 } else { 1 };
    arguments.push(format!("--blink-settings=preferredColorScheme={scheme}"));
    object(json!({
        "browserName": "chrome",
        "timeouts": limits(),
        "goog:chromeOptions": { "binary": browser.program, "args": arguments },
        "goog:loggingPrefs": { "browser": "ALL" },
    }))
}

fn firefox_capabilities(browser: &Browser, look: Look) -> Map<String, Value> {
    object(json!({
        "browserName": "firefox",
        "timeouts": limits(),
        "moz:firefoxOptions": {
            "binary": browser.program,
            "args": ["-headless"],
            "prefs": {
                // The page's console output goes to Firefox's standard output, hence to the log.
                "devtools.console.stdout.content": true,
                // The browser's own troubles (it cannot reach its servers) are not the page's.
                "devtools.console.stdout.chrome": false,
                "layout.css.prefers-color-scheme.content-override": if look.dark { 0 } else { 1 },
                "ui.prefersReducedMotion": if look.still { 1 } else { 0 },
            },
        },
    }))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// A port that was free a moment ago: drivers cannot choose their own.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// The drivers' own limits are minutes; nothing here takes that long.
fn limits() -> Value {
    json!({ "pageLoad": 60_000, "script": 120_000 })
}
