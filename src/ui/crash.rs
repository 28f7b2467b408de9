//! Surviving our own mistakes.
//!
//! A panic traps, and a trap leaves the instance unusable. What must outlive it is therefore kept
//! outside of it: `#crash` says in its `data-running` attribute which input is being applied, and
//! `www/main.js` starts a fresh instance that leaves this input out. The hook itself touches no
//! state of the app: whatever was borrowed stays borrowed.

use crate::view::text;
use std::cell::{Cell, RefCell};
use std::panic::PanicHookInfo;

use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Element, HtmlElement, HtmlTextAreaElement};

use super::app::{Changes, Msg, Pane, State};
use super::dom::{self, Listener, MissingElement};
use super::inbox::Inbox;
use super::storage::database::Contents;
use crate::view::store;
use crate::view::words::LastWords;

/// The attribute of `#crash` that names the input being applied: its place in the journal. Without
/// it, time was passing or the page was being drawn.
const RUNNING: &str = "data-running";

thread_local! {
    /// What the attribute says now, since asking the page is slower.
    static IS_MARKED: Cell<bool> = const { Cell::new(false) };
    /// The lines that were run, for the crash panel. Borrowed only while a line is added.
    static LAST_WORDS: RefCell<LastWords> = const { RefCell::new(LastWords::new()) };
}

/// Prints panics in the browser's console and on the crash panel.
pub fn install_hook() {
    std::panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        if let Some(panel) = panel() {
            dom::set_attr(&panel, "data-message", &info.to_string());
        }
        console_error_panic_hook::hook(info);
    }));
}

/// The input at this place in the journal is about to be applied.
pub fn running(input_idx: usize) {
    IS_MARKED.with(|is_marked| is_marked.set(true));
    if let Some(panel) = panel() {
        dom::set_attr(&panel, RUNNING, &input_idx.to_string());
    }
}

/// Nothing is being applied.
pub fn idle() {
    if IS_MARKED.with(|is_marked| is_marked.replace(false))
        && let Some(panel) = panel()
    {
        // Removing an attribute that is not there is no failure.
        let _ = panel.remove_attribute(RUNNING);
    }
}

/// Remembers a line for the crash panel.
pub fn remember(who: &str, line: &str) {
    LAST_WORDS.with_borrow_mut(|words| words.push(who, line));
}

/// The lines that were run here, for `www/main.js` to fetch after a crash.
#[wasm_bindgen]
pub fn last_words() -> String {
    LAST_WORDS.with(|words| words.try_borrow().map(|words| words.text()).unwrap_or_default())
}

/// How the page before this one ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// What the panic or the trap said.
    pub message: String,
    /// The input that was being applied: its record, which is left out.
    pub set_aside: Option<u64>,
    /// The lines that were run.
    pub words: String,
}

/// The panel that says what happened, over a page that works again.
pub struct CrashPane {
    panel: HtmlElement,
    _listeners: [Listener; 2],
}

impl CrashPane {
    /// Shows the panel.
    ///
    /// # Errors
    /// When the page lacks an element of it.
    pub fn mount(
        inbox: &Inbox,
        report: &Report,
        contents: &Contents,
    ) -> Result<CrashPane, MissingElement> {
        let panel: HtmlElement = dom::by_id("crash")?;
        let message: HtmlElement = dom::by_id("crash-message")?;
        let journal: HtmlTextAreaElement = dom::by_id("crash-journal")?;
        let close: HtmlElement = dom::by_id("crash-reload")?;
        let copy: HtmlElement = dom::by_id("crash-copy")?;
        dom::set_text(&message, &explanation(report, contents));
        journal.set_value(&report.words);
        dom::set_text(&close, "Continue");
        let on_close = inbox.clone();
        let listeners = [
            Listener::new(&close, "click", move |_| on_close.push(Msg::CloseCrash)),
            Listener::new(&copy, "click", move |_| {
                journal.select();
                // If the browser refuses, the text is selected all the same.
                dom::copy(&journal.value(), |_| {});
            }),
        ];
        dom::set_hidden(&panel, false);
        // A visible button in the page can be focused.
        let _ = close.focus();
        Ok(CrashPane { panel, _listeners: listeners })
    }
}

impl Pane for CrashPane {
    fn update(&mut self, msg: &Msg, _state: &State) {
        if matches!(msg, Msg::CloseCrash) {
            dom::set_hidden(&self.panel, true);
            if let Ok(input) = dom::by_id::<HtmlElement>("console-input") {
                let _ = input.focus();
            }
        }
    }

    fn render(&mut self, _state: &State, _changes: Changes) {}
}

fn explanation(report: &Report, contents: &Contents) -> String {
    let number = report.set_aside;
    let record = contents.records.iter().find(|(known, _)| Some(*known) == number);
    let input = record.and_then(|(_, text)| text.as_deref()).and_then(store::decode);
    let aside = match input {
        Some(input) => text::crashed_in(&input.who, &input.line),
        None => text::CRASHED_IN_NO_LINE.to_owned(),
    };
    text::started_again(&report.message, &aside)
}

fn panel() -> Option<Element> {
    dom::document().get_element_by_id("crash")
}
