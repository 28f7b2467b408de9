//! From a loaded module to a running page.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::app::{App, Msg, Pane};
use super::console::ConsolePane;
use super::crash::{self, CrashPane};
use super::dom::{self, MissingElement};
use super::inbox::Inbox;
use super::lanes::LanesPane;
use super::lesson::{self, LessonPane};
use super::settings::SettingsPane;
use super::side::SidePane;
use super::storage::database::{Contents, Database};
use super::storage::{DATABASE, Keeper, Ownership, lock};
use super::timebar::TimeBarPane;
use crate::command::Profile;
use crate::lesson::Lesson;
use crate::sim::{Scenario, Session};
use crate::time::Millis;
use crate::view::head;
use crate::view::store;

/// How long the page waits for the browser's store before it starts without it.
const STORE_MS_MAX: i32 = 1_500;

/// What runs when somebody comes for the first time.
const FIRST_SCENARIO: &str = "orders";

thread_local! {
    /// The page lives as long as the module.
    static PAGE: RefCell<Option<Rc<RefCell<App>>>> = const { RefCell::new(None) };
}

/// Starts the page: `www/main.js` calls this once. After a crash it says which input was being
/// applied (`running`, its place in the journal) so that it is left out, what the panic said, and
/// what lines were run.
#[wasm_bindgen]
pub fn start_page(running: Option<String>, message: Option<String>, words: Option<String>) {
    crash::install_hook();
    let inbox = Inbox::new();
    let report = message.map(|message| {
        let set_aside = running.and_then(|text| text.parse().ok());
        crash::Report { message, set_aside, words: words.unwrap_or_default() }
    });
    let begin = Begin(Rc::new(RefCell::new(Some((inbox.clone(), report)))));
    let (late, undecided) = (begin.clone(), inbox.clone());
    let give_up = Closure::once_into_js(move || {
        late.run(Err("the browser's store did not answer".to_owned()));
        undecided.push(Msg::Owner(Ownership::Unknown));
    });
    // A browser without timers waits for its store for ever, which is what it would do anyway.
    let _ = dom::window().set_timeout_with_callback_and_timeout_and_arguments_0(
        give_up.unchecked_ref(),
        STORE_MS_MAX,
    );
    let written = inbox.clone();
    Database::open(
        DATABASE,
        move |result| written.push(Msg::Written(result)),
        move |opened| begin.run(opened),
    );
    lock::acquire(DATABASE, move |ownership| inbox.push(Msg::Owner(ownership)));
}

/// Mounts the page once, with or without a store.
#[derive(Clone)]
struct Begin(Rc<RefCell<Option<Start>>>);

/// What the page starts from: its inbox, and how the page before it crashed.
type Start = (Inbox, Option<crash::Report>);

impl Begin {
    fn run(&self, opened: Result<(Database, Contents), String>) {
        let Some((inbox, report)) = self.0.borrow_mut().take() else { return };
        if let Err(missing) = mount(inbox, opened, report) {
            // The page is not ours; all we can do is say so.
            wasm_bindgen::throw_val(JsValue::from(missing));
        }
    }
}

fn mount(
    inbox: Inbox,
    opened: Result<(Database, Contents), String>,
    report: Option<crash::Report>,
) -> Result<(), MissingElement> {
    let (database, contents) = match opened {
        Ok((database, contents)) => (Some(database), contents),
        Err(problem) => {
            let text = format!("Nothing is kept for the next visit: {problem}.");
            inbox.push(Msg::Notice(text));
            (None, Contents::default())
        }
    };
    let set_aside = report.as_ref().and_then(|report| report.set_aside);
    let restored = store::restore(&contents.records, set_aside);
    if 0 < restored.n_damaged {
        let (n_damaged, n_kept) = (restored.n_damaged, restored.journal.len());
        inbox.push(Msg::Notice(format!(
            "The stored session was damaged: {n_damaged} lines could not be read and are left \
             out, {n_kept} are back."
        )));
    }
    let lesson = lesson::of_page();
    let number = lesson.as_ref().map(|lesson| lesson.number.clone());
    let (fresh, since) = fresh_world(lesson.as_ref());
    let stored = contents.values.iter().find(|(name, _)| name == "world");
    let head = stored.and_then(|(_, text)| head::read(text.as_deref()?));
    let is_same_place = head.as_ref().is_some_and(|head| head.lesson == number);
    let keeps_world = lesson.as_ref().is_some_and(|lesson| lesson.keep_world);
    let n_restored = restored.journal.len();
    let session = match head {
        Some(head) if is_same_place || keeps_world => {
            let last = restored.journal.last().map_or(fresh.now(), |input| input.at);
            let now = last.max(since);
            let mut saved = fresh.save();
            (saved.scenario, saved.seed, saved.profile) = (head.scenario, head.seed, head.profile);
            (saved.journal, saved.now, saved.end) = (restored.journal, now, now);
            Session::load(saved)
        }
        _ => fresh,
    };
    let is_equal = n_restored == contents.records.len() && session.journal().len() == n_restored;
    let keeper = Keeper::new(database, is_equal.then(|| session.journal()));
    let mut panes = panes(&inbox, &contents)?;
    panes.push(Box::new(LessonPane::mount(&inbox, &contents, lesson, since)?));
    if let Some(report) = report {
        panes.push(Box::new(CrashPane::mount(&inbox, &report, &contents)?));
    }
    let app = App::mount(inbox, session, keeper, panes, number);
    PAGE.with_borrow_mut(|page| *page = Some(app));
    Ok(())
}

/// The world that a page begins with, and when its visitor may begin: the lesson's, or a shop that
/// is already running.
fn fresh_world(lesson: Option<&Lesson>) -> (Session, Millis) {
    let profile = Profile::Redis810;
    let of_lesson = lesson.and_then(|lesson| crate::lesson::start(lesson, profile).ok());
    let session = of_lesson.unwrap_or_else(|| {
        let scenario = Scenario::builtin(FIRST_SCENARIO).unwrap_or_else(Scenario::empty);
        let seed = scenario.seed;
        Session::new(scenario, seed, profile)
    });
    let since = session.now();
    (session, since)
}

/// Every pane of the page, in the order in which they are brought up to date.
fn panes(inbox: &Inbox, contents: &Contents) -> Result<Vec<Box<dyn Pane>>, MissingElement> {
    Ok(vec![
        Box::new(SettingsPane::mount(inbox, contents)?),
        Box::new(ConsolePane::mount(inbox, contents)?),
        Box::new(LanesPane::mount(inbox)?),
        Box::new(TimeBarPane::mount(inbox)?),
        Box::new(SidePane::mount(inbox)?),
    ])
}
