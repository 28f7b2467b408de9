//! What a person does with the page and sees of it.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use fantoccini::actions::{InputSource, KeyAction, KeyActions, MouseActions, PointerAction};
use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::driver::{Driver, Kind, Look};
use crate::runner::FRAME_NAME;

/// How long the page may take to show what is expected.
const WAIT_LIMIT: Duration = Duration::from_secs(30);

/// How often the page is looked at while waiting.
const WAIT_PERIOD: Duration = Duration::from_millis(25);

/// How often is looked whether keys arrived in Firefox, before they are typed again.
const KEYS_LOOKS: usize = 40;

/// What Firefox says of itself: where it cannot reach its maker's settings, and of its own scripts.
const FIREFOX_OWN: [&str; 2] = ["console.error: RSLoader:", "JavaScript error: resource:"];

/// Firefox's windows are never narrower, in CSS pixels.
const FIREFOX_WIDTH_MIN: u32 = 500;

/// A browser window with the page in it.
pub(crate) struct Page<'d> {
    pub(crate) client: Client,
    driver: &'d Driver,
    /// Address of the site, with a slash at its end.
    site: String,
    /// Where pictures go.
    out: PathBuf,
    /// Length of the driver's log when this page was opened.
    log_start: usize,
    /// What the probe noted in documents that were left since.
    faults: RefCell<Vec<String>>,
    /// The site is in a frame, since the window cannot be as narrow as a phone.
    is_framed: bool,
}

/// The ids of the page on which the scenarios rely.
pub(crate) mod id {
    pub(crate) const INPUT: &str = "#console-input";
    pub(crate) const TRANSCRIPT: &str = "#console-transcript";
    pub(crate) const TWIN: &str = "#lanes-twin";
}

impl<'d> Page<'d> {
    /// Opens a fresh browser at the site.
    pub(crate) async fn open(
        driver: &'d Driver,
        site: &str,
        out: &Path,
        look: Look,
    ) -> Result<Page<'d>> {
        let log_start = fs::read(&driver.log).map_or(0, |log| log.len());
        let client = driver.open(look).await?;
        let (site, out) = (site.to_string(), out.to_path_buf());
        let faults = RefCell::default();
        let is_framed = driver.kind == Kind::Firefox && look.width < FIREFOX_WIDTH_MIN;
        let page = Page { client, driver, site, out, log_start, faults, is_framed };
        page.set_viewport(look).await?;
        Ok(page)
    }

    /// Ends the browser.
    pub(crate) async fn close(self) -> Result<()> {
        Ok(self.client.close().await?)
    }

    /// Goes to an address inside the site; an empty one is the page itself.
    pub(crate) async fn visit(&self, path: &str) -> Result<()> {
        self.ask_probe().await?;
        let address = format!("{}{path}", self.site);
        if !self.is_framed {
            return Ok(self.client.goto(&address).await?);
        }
        self.client.goto(&format!("{}{FRAME_NAME}", self.site)).await?;
        let frame = self.find("iframe").await?;
        let put = "document.querySelector('iframe').src = arguments[0]";
        self.client.execute(put, vec![json!(address)]).await?;
        Ok(frame.enter_frame().await?)
    }

    /// Goes there, and waits until the engine answers: before that nobody takes an Enter.
    pub(crate) async fn start(&self, path: &str) -> Result<()> {
        self.visit(path).await?;
        self.wait_until_live().await
    }

    /// Loads the page again, as the browser's button does.
    pub(crate) async fn reload(&self) -> Result<()> {
        self.ask_probe().await?;
        if self.is_framed {
            self.evaluate("location.reload()").await?;
        } else {
            self.client.refresh().await?;
        }
        self.wait_until_live().await
    }

    async fn wait_until_live(&self) -> Result<()> {
        self.wait_until(
            "the page to come to life",
            "return document.querySelectorAll('#lesson-body[data-live]').length === 1",
        )
        .await
    }

    /// Takes what the probe noted in this document before it is left. A blank one has no probe.
    async fn ask_probe(&self) -> Result<()> {
        let script = "return window.seenByProbe ? seenByProbe.faults.splice(0) : []";
        let noted = self.evaluate(script).await?;
        let noted = noted.as_array().cloned().unwrap_or_default();
        let noted = noted.iter().map(|fault| fault.as_str().unwrap_or("?").to_owned());
        self.faults.borrow_mut().extend(noted);
        Ok(())
    }

    /// Which browser this is.
    pub(crate) fn kind(&self) -> Kind {
        self.driver.kind
    }

    /// The element that a CSS selector means.
    pub(crate) async fn find(&self, css: &str) -> Result<Element> {
        self.is_not_blocked().await?;
        let found = self.client.find(Locator::Css(css)).await;
        found.with_context(|| format!("the page has no {css}"))
    }

    /// The text of an element as it is shown; for hidden ones (the live region) their content.
    pub(crate) async fn text(&self, css: &str) -> Result<String> {
        let element = self.find(css).await?;
        let shown = element.text().await?;
        if !shown.is_empty() {
            return Ok(shown);
        }
        Ok(element.prop("textContent").await?.unwrap_or_default())
    }

    /// Clicks what a CSS selector means, once it can be clicked.
    pub(crate) async fn click(&self, css: &str) -> Result<()> {
        self.wait_for(&format!("{css} to be clicked"), async || {
            self.find(css).await?.click().await?;
            Ok(Ok(()))
        })
        .await
    }

    /// Scrolls there, moves the pointer there, and presses nothing. A pointer, unlike a click, does
    /// not scroll by itself: Firefox refuses to move it to where nothing is seen.
    pub(crate) async fn point_at(&self, css: &str) -> Result<()> {
        let element = self.find(css).await?;
        let scroll = "arguments[0].scrollIntoView({ block: 'nearest', behavior: 'instant' })";
        self.client.execute(scroll, vec![serde_json::to_value(&element)?]).await?;
        let to = PointerAction::MoveToElement { element, duration: None, x: 0.0, y: 0.0 };
        let moves = MouseActions::new("mouse".to_string()).then(to);
        Ok(self.client.perform_actions(moves).await?)
    }

    /// Clicks the button that is called so.
    pub(crate) async fn click_button(&self, name: &str) -> Result<()> {
        let xpath = format!("//button[normalize-space()='{name}' or @aria-label='{name}']");
        self.wait_for(&format!("a button {name}"), async || {
            self.is_not_blocked().await?;
            self.client.find(Locator::XPath(&xpath)).await?.click().await?;
            Ok(Ok(()))
        })
        .await
    }

    /// Presses keys wherever the focus is. Control and Shift hold until the end.
    pub(crate) async fn press(&self, keys: &[Key]) -> Result<()> {
        let keys: String = keys.iter().map(|key| char::from(*key)).collect();
        self.write(&keys).await
    }

    /// Types characters wherever the focus is.
    pub(crate) async fn write(&self, text: &str) -> Result<()> {
        self.is_not_blocked().await?;
        // Not sent to the element: one for files would take the keys for a path.
        let mut keys = KeyActions::new("keyboard".to_string());
        let mut held = Vec::new();
        for value in text.chars() {
            keys = keys.then(KeyAction::Down { value });
            if [Key::Control, Key::Shift].map(char::from).contains(&value) {
                held.push(value);
            } else {
                keys = keys.then(KeyAction::Up { value });
            }
        }
        for value in held {
            keys = keys.then(KeyAction::Up { value });
        }
        Ok(self.client.perform_actions(keys).await?)
    }

    /// Presses a key while Control is held.
    pub(crate) async fn press_with_control(&self, key: char) -> Result<()> {
        self.write(&format!("{}{key}", char::from(Key::Control))).await
    }

    /// Types a line into the console and presses Enter.
    pub(crate) async fn type_line(&self, line: &str) -> Result<()> {
        self.type_into_console(line).await?;
        self.type_into_console(&char::from(Key::Enter).to_string()).await
    }

    /// Types into the console. Firefox drops all keys that come during a blocking request, which
    /// may begin after it was looked for: not even the window hears of them. What did not arrive
    /// is typed again.
    pub(crate) async fn type_into_console(&self, keys: &str) -> Result<()> {
        if self.kind() == Kind::Chromium {
            return Ok(self.find(id::INPUT).await?.send_keys(keys).await?);
        }
        let listen = "window.keysHeard = 0;
            const hear = () => { window.keysHeard = 1; };
            addEventListener('keydown', hear, { capture: true, once: true });";
        self.wait_for("keys to arrive", async || {
            self.evaluate(listen).await?;
            self.find(id::INPUT).await?.send_keys(keys).await?;
            for _ in 0..KEYS_LOOKS {
                if keys.is_empty() || self.evaluate("return 0 < window.keysHeard").await? == true {
                    return Ok(Ok(()));
                }
                tokio::time::sleep(WAIT_PERIOD).await;
            }
            Ok(Err("no key was heard".to_owned()))
        })
        .await
    }

    /// Waits until the page is not in the middle of a blocking request. Firefox serves its driver
    /// meanwhile: what is looked at is half done, and clicks and keys go nowhere.
    async fn is_not_blocked(&self) -> Result<()> {
        let is_blocked = "return Boolean(window.seenByProbe?.isBlocked)";
        let deadline = Instant::now() + WAIT_LIMIT;
        while self.kind() == Kind::Firefox
            && self.client.execute(is_blocked, Vec::new()).await? == true
        {
            ensure!(Instant::now() < deadline, "a request blocks the page for {WAIT_LIMIT:?}");
            tokio::time::sleep(WAIT_PERIOD).await;
        }
        Ok(())
    }

    /// Waits until an element's text contains `part`; returns the text.
    pub(crate) async fn wait_for_text(&self, css: &str, part: &str) -> Result<String> {
        self.wait_for(&format!("{css} to contain '{part}'"), async || {
            let text = self.text(css).await?;
            Ok(if text.contains(part) { Ok(text) } else { Err(text) })
        })
        .await
    }

    /// Waits until a line of the transcript begins with `start`; returns that line.
    pub(crate) async fn said(&self, start: &str) -> Result<String> {
        self.wait_for(&format!("the console to say {start}"), async || {
            let transcript = self.find(id::TRANSCRIPT).await?.text().await?;
            let found = transcript.lines().rev().find(|line| line.trim_start().starts_with(start));
            Ok(found.map(str::to_owned).ok_or(transcript))
        })
        .await
    }

    /// Waits until the list of the lanes contains a word. The list is hidden while the picture is
    /// shown, but for those who hear it.
    pub(crate) async fn twin_shows(&self, word: &str) -> Result<()> {
        let script = format!("return document.querySelector('{}').textContent", id::TWIN);
        self.wait_for(&format!("the lanes to show {word}"), async || {
            let text = self.evaluate(&script).await?;
            let text = text.as_str().unwrap_or_default().to_owned();
            Ok(if text.contains(word) { Ok(()) } else { Err(text) })
        })
        .await
    }

    /// Waits until the console's input holds exactly `text`.
    pub(crate) async fn input_holds(&self, text: &str) -> Result<()> {
        self.wait_for(&format!("the input to hold '{text}'"), async || {
            let held = self.find(id::INPUT).await?.prop("value").await?.unwrap_or_default();
            Ok(if held == text { Ok(()) } else { Err(held) })
        })
        .await
    }

    /// Waits until a function body answers `true`; what else it answers is told on failure.
    pub(crate) async fn wait_until(&self, what: &str, script: &str) -> Result<()> {
        self.wait_for(what, async || {
            let seen = self.evaluate(script).await?;
            Ok(if seen == Value::Bool(true) { Ok(()) } else { Err(seen.to_string()) })
        })
        .await
    }

    /// Looks until `look` answers `Ok(Ok(…))`. `Ok(Err(seen))` means "not yet"; what was seen last
    /// is in the error when the time is over.
    pub(crate) async fn wait_for<T>(
        &self,
        what: &str,
        look: impl AsyncFn() -> Result<Result<T, String>>,
    ) -> Result<T> {
        let deadline = Instant::now() + WAIT_LIMIT;
        loop {
            let seen = match look().await {
                Ok(Ok(value)) => return Ok(value),
                Ok(Err(seen)) => seen,
                // An element may be replaced between finding and reading it.
                Err(error) => format!("{error:#}"),
            };
            if Instant::now() >= deadline {
                bail!("waited {WAIT_LIMIT:?} for {what}; last seen:\n{seen}");
            }
            tokio::time::sleep(WAIT_PERIOD).await;
        }
    }

    /// Runs a function body in the page. For measuring, not for acting: a person cannot do that.
    pub(crate) async fn evaluate(&self, script: &str) -> Result<Value> {
        self.is_not_blocked().await?;
        Ok(self.client.execute(script, Vec::new()).await?)
    }

    /// The same for a function body that passes its answer to `done`.
    pub(crate) async fn evaluate_later(
        &self,
        script: &str,
        arguments: Vec<Value>,
    ) -> Result<Value> {
        let script = format!("const done = arguments[arguments.length - 1]; {script}");
        Ok(self.client.execute_async(&script, arguments).await?)
    }

    /// Writes what is visible as `<name>.png`.
    pub(crate) async fn screenshot(&self, name: &str) -> Result<PathBuf> {
        let png = self.client.screenshot().await?;
        fs::create_dir_all(&self.out)?;
        let file = self.out.join(format!("{name}.png"));
        fs::write(&file, png)?;
        Ok(file)
    }

    /// Makes the visible part of the page exactly this large, whatever the window's frame takes.
    pub(crate) async fn set_viewport(&self, look: Look) -> Result<()> {
        if self.kind() == Kind::Chromium {
            self.devtools(
                "Emulation.setDeviceMetricsOverride",
                json!({
                    "width": look.width, "height": look.height,
                    "deviceScaleFactor": 1, "mobile": look.width < 500,
                }),
            )
            .await?;
            return Ok(());
        }
        // All of the frame, if the page is in one: what is outside the window takes no click.
        let width = look.width.max(FIREFOX_WIDTH_MIN);
        self.client.set_window_size(width, look.height).await?;
        let inner = self.evaluate("return [innerWidth, innerHeight]").await?;
        let missing = |index: usize, wanted: u32| {
            let seen = inner.get(index).and_then(Value::as_u64).unwrap_or(u64::from(wanted));
            wanted.saturating_sub(u32::try_from(seen).unwrap_or(wanted))
        };
        let width = width + missing(0, width);
        let height = look.height + missing(1, look.height);
        Ok(self.client.set_window_size(width, height).await?)
    }

    /// A command of Chromium's developer tools.
    pub(crate) async fn devtools(&self, method: &str, parameters: Value) -> Result<Value> {
        ensure!(self.kind() == Kind::Chromium, "only Chromium has {method}");
        self.command("goog/cdp/execute", json!({ "cmd": method, "params": parameters })).await
    }

    /// What should not have happened since the page was opened or last asked: errors and warnings
    /// in the browser's console, and what the probe noted.
    pub(crate) async fn complaints(&mut self) -> Result<Vec<String>> {
        self.ask_probe().await?;
        let mut complaints = self.console_complaints().await?;
        complaints.append(&mut self.faults.borrow_mut());
        Ok(complaints)
    }

    async fn console_complaints(&mut self) -> Result<Vec<String>> {
        match self.kind() {
            Kind::Chromium => {
                let entries = self.command("se/log", json!({ "type": "browser" })).await?;
                let entries = entries.as_array().cloned().unwrap_or_default();
                let is_bad = |entry: &Value| {
                    matches!(entry["level"].as_str(), Some("SEVERE" | "WARNING") | None)
                };
                Ok(entries.iter().filter(|entry| is_bad(entry)).map(describe).collect())
            }
            Kind::Firefox => {
                let log = fs::read(&self.driver.log)?;
                let new = String::from_utf8_lossy(log.get(self.log_start..).unwrap_or_default());
                let bad = ["console.error:", "console.warn:", "JavaScript error:"];
                let is_bad = |line: &&str| {
                    bad.iter().any(|bad| line.starts_with(bad))
                        && !FIREFOX_OWN.iter().any(|own| line.starts_with(own))
                };
                let lines = new.lines().filter(is_bad);
                let complaints = lines.map(str::to_string).collect();
                self.log_start = log.len();
                Ok(complaints)
            }
        }
    }

    async fn command(&self, path: &str, body: Value) -> Result<Value> {
        let command = OwnCommand { path: path.to_string(), body };
        let answer = self.client.issue_cmd(command).await;
        answer.with_context(|| format!("the driver refuses {path}"))
    }
}

fn describe(entry: &Value) -> String {
    let field = |name: &str| entry[name].as_str().unwrap_or("?").to_string();
    format!("{} {}", field("level"), field("message"))
}

/// A command that is not in the WebDriver standard.
#[derive(Debug)]
struct OwnCommand {
    path: String,
    body: Value,
}

impl WebDriverCompatibleCommand for OwnCommand {
    fn endpoint(
        &self,
        base_url: &url::Url,
        session_id: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base_url.join(&format!("session/{}/{}", session_id.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _request_url: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}
