//! From a loaded module to a running page.

#[cfg(all(test, target_arch = "wasm32"))]
mod leaks;

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::announce::AnnouncePane;
use super::app::{App, Msg, Pane};
use super::biography::BiographyPane;
use super::console::ConsolePane;
use super::crash::{self, CrashPane};
use super::dom::{self, MissingElement};
use super::inbox::Inbox;
use super::lanes::LanesPane;
use super::layout::LayoutPane;
use super::lesson::{self, LessonPane};
use super::settings::SettingsPane;
use super::share::SharePane;
use super::side::SidePane;
use super::storage::database::{Contents, Database};
use super::storage::{DATABASE, Keeper, Ownership, lock};
use super::timebar::TimeBarPane;
use crate::command::Profile;
use crate::lesson::Lesson;
use crate::sim::quantity::show_factor;
use crate::sim::{Input, Scenario, Session};
use crate::time::Millis;
use crate::view::head;
use crate::view::{store, text};

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
/// what lines were run. `forgets`: begin anew and drop the stored session, since a page that comes
/// back with it dies again and again.
#[wasm_bindgen]
pub fn start_page(
    running: Option<String>,
    message: Option<String>,
    words: Option<String>,
    forgets: bool,
) {
    crash::install_hook();
    let inbox = Inbox::new();
    let report = message.map(|message| {
        let set_aside = running.and_then(|text| text.parse().ok());
        crash::Report { message, set_aside, words: words.unwrap_or_default() }
    });
    let begin = Begin(Rc::new(RefCell::new(Some(Start { inbox: inbox.clone(), report, forgets }))));
    let (late, undecided) = (begin.clone(), inbox.clone());
    let give_up = Closure::once_into_js(move || {
        late.run(Err(text::STORE_SILENT.to_owned()));
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

/// What the page starts from.
struct Start {
    inbox: Inbox,
    /// How the page before it crashed.
    report: Option<crash::Report>,
    /// The stored session is not wanted.
    forgets: bool,
}

impl Begin {
    fn run(&self, opened: Result<(Database, Contents), String>) {
        let Some(start) = self.0.borrow_mut().take() else { return };
        if let Err(missing) = mount(start, opened) {
            // The page is not ours; all we can do is say so.
            wasm_bindgen::throw_val(JsValue::from(missing));
        }
    }
}

fn mount(start: Start, opened: Result<(Database, Contents), String>) -> Result<(), MissingElement> {
    let Start { inbox, report, forgets } = start;
    let (database, mut contents) = match opened {
        Ok((database, contents)) => (Some(database), contents),
        Err(problem) => {
            inbox.push(Msg::Notice(text::not_kept(&problem.to_string(), false)));
            (None, Contents::default())
        }
    };
    let n_records = contents.records.len();
    if forgets {
        contents.records.clear();
    }
    let lesson = lesson::of_page();
    let number = lesson.as_ref().map(|lesson| lesson.number.clone());
    let (fresh, since) = fresh_world(lesson.as_ref());
    let set_aside = report.as_ref().and_then(|report| report.set_aside);
    let keeps_world = lesson.as_ref().is_some_and(|lesson| lesson.keep_world);
    let stored = Stored::read(&contents, set_aside, number.as_deref(), keeps_world, &inbox);
    let goes_on = stored.is_some();
    let mut session = stored.map_or_else(|| fresh.clone(), |stored| stored.session(&fresh, since));
    let is_equal = session.journal().len() == n_records;
    let keeper = Keeper::new(database, is_equal.then(|| session.journal()));
    let mut panes = panes(&inbox, &contents)?;
    panes.push(Box::new(LessonPane::mount(&inbox, &contents, lesson, since, goes_on)?));
    if let Some(report) = report {
        // Nobody knows what kills the page when time passes: the user looks first.
        if report.set_aside.is_none() {
            session.submit("", "CLOCK PAUSE");
        }
        panes.push(Box::new(CrashPane::mount(&inbox, &report, &contents)?));
    }
    let app = App::mount(inbox, session, keeper, panes, number);
    PAGE.with_borrow_mut(|page| *page = Some(app));
    Ok(())
}

/// The session of an earlier visit, as far as it can be read.
struct Stored {
    /// `None`: how it began cannot be read.
    head: Option<head::Head>,
    journal: Vec<Input>,
    now: Millis,
    end: Millis,
    is_paused: bool,
    /// Thousandths of the usual speed; 0: not known.
    speed_permille: u32,
}

impl Stored {
    /// Reads the store; `None` if there is no session of this place. What is damaged is said.
    fn read(
        contents: &Contents,
        set_aside: Option<u64>,
        lesson: Option<&str>,
        keeps_world: bool,
        inbox: &Inbox,
    ) -> Option<Stored> {
        let value = |name: &str| {
            let found = contents.values.iter().find(|(known, _)| known == name);
            found.and_then(|(_, text)| text.as_deref())
        };
        let restored = store::restore(&contents.records, set_aside);
        for input in &restored.journal {
            crash::remember(&input.who, &input.line);
        }
        if 0 < restored.n_damaged {
            let (n_damaged, n_kept) = (restored.n_damaged, restored.journal.len());
            inbox.push(Msg::Notice(text::session_damaged(n_damaged, n_kept)));
        }
        let head = value("world").and_then(head::read);
        match &head {
            Some(head) if head.lesson.as_deref() != lesson && !keeps_world => return None,
            None if restored.journal.is_empty() => return None,
            None => inbox.push(Msg::Notice(text::WORLD_IS_LOST.to_owned())),
            Some(_) => {}
        }
        let mut words = value("time").unwrap_or_default().split(' ');
        let mut number = || words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
        let (now, end): (Millis, Millis) = (number(), number());
        let is_paused = words.next() == Some("0");
        let speed_permille = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
        let journal = restored.journal;
        Some(Stored { head, journal, now, end, is_paused, speed_permille })
    }

    /// The session, at the time where it stood.
    fn session(self, fresh: &Session, since: Millis) -> Session {
        let mut saved = fresh.save();
        if let Some(head) = self.head {
            (saved.scenario, saved.seed, saved.profile) = (head.scenario, head.seed, head.profile);
        }
        let last = self.journal.last().map_or(since, |input| input.at);
        // Without a time that can be believed, the last input says how far it had come.
        let is_known = 0 < self.now && self.now <= self.end;
        saved.now = if is_known { self.now.max(since) } else { last.max(since) };
        saved.end = self.end.max(last).max(saved.now);
        saved.journal = self.journal;
        let mut session = Session::load(saved);
        let playback = session.playback();
        if 0 < self.speed_permille && self.speed_permille != playback.speed_permille {
            session.submit("", &format!("CLOCK SPEED {}", show_factor(self.speed_permille)));
        }
        if self.is_paused && playback.running {
            session.submit("", "CLOCK PAUSE");
        }
        session
    }
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
        Box::new(SharePane::mount(inbox)?),
        Box::new(BiographyPane::mount(inbox)?),
        Box::new(AnnouncePane::new(inbox)),
        Box::new(LayoutPane::mount(inbox, contents)?),
    ])
}
