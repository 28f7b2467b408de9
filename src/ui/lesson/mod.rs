//! The lesson that stands in the page: its goals as they are reached, its questions, its buttons.
//!
//! The text is static HTML (see `xtask/lessons`); this pane only makes it live. What the goals need
//! travels in a hidden block of the page.

mod page;
mod saved;

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, File, HtmlElement, HtmlInputElement};

use self::page::{Fetch, elements};
use self::saved::Reading;
use super::app::{Changes, Msg, Pane, State};
use super::dom::{self, Listener, MissingElement};
use super::inbox::Inbox;
use super::storage::database::Contents;
use crate::command::Profile;
use crate::lesson::{Lesson, NotProgress, Progress, Standing, Status, Watch, block, solved, start};
use crate::sim::Session;
use crate::time::Millis;
use crate::view::text;

/// What happens in the lesson.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LessonMsg {
    /// Run these lines as this client.
    Lines { who: String, lines: Vec<String> },
    /// The answer to a prediction: its name and the number of the choice, from 0.
    Answer { name: String, choice_idx: usize },
    /// The solution was opened.
    ShowSolution,
    /// Begin the lesson again.
    Reset,
    /// Back to when the last goal was reached.
    Checkpoint,
    /// `hint`, `next`, `solution` or `lessons`, typed in the console.
    Word(Word),
    /// Go to a page of the course; `in_history`: the browser has gone there already.
    Open { url: String, in_history: bool },
    /// The page that was asked for came, or did not.
    Arrived,
    /// Show another step of a demonstration.
    Scrub { figure: Element, step: i32 },
    /// Save the progress as a file.
    Save,
    /// A file with progress was chosen.
    Chosen(File),
    /// It was read, or not.
    Read,
}

/// Words of the console that belong to the course and not to Redis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Word {
    Hint,
    Next,
    NextFast,
    Solution,
    Lessons,
}

impl Word {
    /// The word that a line is, if it is one.
    pub fn of(line: &str) -> Option<Word> {
        match line.trim().to_ascii_lowercase().as_str() {
            "hint" => Some(Word::Hint),
            "next" => Some(Word::Next),
            "next fast" => Some(Word::NextFast),
            "solution" => Some(Word::Solution),
            "lessons" => Some(Word::Lessons),
            _ => None,
        }
    }
}

/// The lesson of this page, if it has one.
pub fn of_page() -> Option<Lesson> {
    let data = dom::document().get_element_by_id("lesson-data")?.text_content()?;
    let (lesson, errors) = Lesson::from_blocks(&block::read(&data));
    errors.is_empty().then_some(lesson)
}

/// The lesson pane.
pub struct LessonPane {
    inbox: Inbox,
    body: HtmlElement,
    /// What is being done.
    course: Course,
    /// What was left for another lesson, newest last: it goes on when its learner comes back.
    left: Vec<(Course, Session)>,
    progress: Progress,
    /// The address that is shown.
    url: String,
    fetch: Option<Fetch>,
    reading: Option<Reading>,
    /// Something besides the world changed.
    stale: bool,
    _listeners: Vec<Listener>,
}

/// A lesson and how far it is; the start page is none.
#[derive(Default)]
struct Course {
    lesson: Option<Lesson>,
    watch: Watch,
    n_hints: usize,
    /// The solution was looked at, so that reaching the goals is no proof.
    was_shown: bool,
    n_done: usize,
    told_full: bool,
    /// How it stood when a goal was reached last.
    checkpoint: Option<(Rc<Session>, Watch)>,
}

/// How many lessons that were left are remembered with their worlds.
const LEFT_MAX: usize = 4;

impl Course {
    fn number(&self) -> Option<String> {
        self.lesson.as_ref().map(|lesson| lesson.number.clone())
    }
}

impl LessonPane {
    /// Makes the lesson live. `since` is when the learner could begin; `goes_on`: the session of an
    /// earlier visit came back.
    ///
    /// # Errors
    /// When the page lacks an element.
    pub fn mount(
        inbox: &Inbox,
        contents: &Contents,
        lesson: Option<Lesson>,
        since: Millis,
        goes_on: bool,
    ) -> Result<LessonPane, MissingElement> {
        let body: HtmlElement = dom::by_id("lesson-body")?;
        let value = |wanted: &str| {
            let stored = contents.values.iter().find(|(name, _)| name == wanted);
            stored.and_then(|(_, text)| text.as_deref())
        };
        let mut progress = Progress::default();
        if let Some(Err(NotProgress)) = value("progress").map(|text| progress.merge(text)) {
            inbox.push(Msg::Notice(text::NOT_PROGRESS.to_owned()));
        }
        let mut course = Course { lesson, watch: Watch::from_start(since), ..Course::default() };
        let begun = value("lesson").filter(|_| goes_on).and_then(|text| text.split_once(' '));
        if let (Some((number, rest)), Some(here)) = (begun, course.number())
            && number == here
        {
            let (shown, watch) = rest.split_once(' ').unwrap_or((rest, ""));
            course.was_shown = shown == "shown";
            course.watch = Watch::read(watch).unwrap_or(course.watch);
        }
        let mut pane = LessonPane {
            inbox: inbox.clone(),
            course,
            left: Vec::new(),
            progress,
            url: page::address(),
            fetch: None,
            reading: None,
            stale: true,
            _listeners: listeners(inbox, &body),
            body,
        };
        page::pin_icon();
        pane.begin();
        Ok(pane)
    }

    /// Makes the text of the page live, and notes that its lesson was begun.
    fn begin(&mut self) {
        dom::set_attr(&self.body, "data-live", "true");
        for button in elements(&self.body, "[data-try]") {
            // Removing an attribute that is there cannot fail.
            let _ = button.remove_attribute("disabled");
        }
        for figure in elements(&self.body, "[data-demo]") {
            scrub(&figure, 0);
        }
        self.note(Status::Begun);
        self.keep();
        self.stale = true;
    }

    fn note(&mut self, status: Status) {
        let Some(number) = self.course.number() else { return };
        self.progress.note(&number, status);
        self.inbox.push(Msg::Keep { name: "progress", text: self.progress.write() });
        self.stale = true;
    }

    /// Keeps what the journal does not know of the lesson, for a reload.
    fn keep(&self) {
        let Some(number) = self.course.number() else { return };
        let shown = if self.course.was_shown { "shown" } else { "-" };
        let text = format!("{number} {shown} {}", self.course.watch.write());
        self.inbox.push(Msg::Keep { name: "lesson", text });
    }

    fn say(&self, words: String) {
        self.inbox.push(Msg::Notice(words));
    }

    fn on_message(&mut self, msg: &LessonMsg, session: &Session) {
        match msg {
            LessonMsg::Lines { who, lines } => {
                for line in lines {
                    match Word::of(line) {
                        Some(word) => self.on_word(word),
                        None => self.inbox.run_line(who, line),
                    }
                }
            }
            LessonMsg::Answer { name, choice_idx } => {
                let Some(lesson) = &self.course.lesson else { return };
                let right = self.course.watch.answer(lesson, name, *choice_idx);
                self.show_answer(name, right);
                self.keep();
                self.stale = true;
            }
            LessonMsg::ShowSolution => self.solution_shown(),
            LessonMsg::Reset => self.reset(session.profile()),
            LessonMsg::Checkpoint => {
                if let Some((session, watch)) = &self.course.checkpoint {
                    self.course.watch = watch.clone();
                    self.inbox.push(Msg::Load(Rc::clone(session)));
                    self.stale = true;
                }
            }
            LessonMsg::Word(word) => self.on_word(*word),
            LessonMsg::Open { url, in_history } => self.open(url, *in_history),
            LessonMsg::Arrived => self.arrived(session),
            LessonMsg::Scrub { figure, step } => scrub(figure, *step),
            LessonMsg::Save => {
                if dom::save_file("progress.txt", self.progress.write().as_bytes()).is_err() {
                    self.say(text::NOT_SAVED.to_owned());
                }
            }
            LessonMsg::Chosen(file) => match saved::read(file, &self.inbox) {
                Ok(reading) => self.reading = Some(reading),
                Err(problem) => self.say(problem),
            },
            LessonMsg::Read => self.take_progress(),
        }
    }

    fn solution_shown(&mut self) {
        self.course.was_shown = true;
        self.keep();
    }

    /// Goes to a page of the course.
    fn open(&mut self, url: &str, in_history: bool) {
        if in_history && url == self.url {
            return;
        }
        match page::fetch(url.to_owned(), in_history, &self.inbox) {
            Ok(fetch) => self.fetch = Some(fetch),
            Err(_) => page::load(url),
        }
    }

    /// Shows the page that came. Its world is the present one if the lesson keeps it, the one in
    /// which it was left, or a new one.
    fn arrived(&mut self, session: &Session) {
        let Some(fetch) = self.fetch.take() else { return };
        let Some(document) = fetch.document() else { return page::load(&fetch.url) };
        if !fetch.in_history {
            page::went_to(&fetch.url);
        }
        self.url = fetch.url.clone();
        page::take_in(&document, &self.body);
        let before = std::mem::take(&mut self.course);
        if before.lesson.is_some() {
            self.left.push((before, session.clone()));
        }
        self.course.lesson = of_page();
        self.inbox.push(Msg::Place(self.course.number()));
        let here = self.course.number();
        let known = self.left.iter().position(|(course, _)| course.number() == here);
        match (&self.course.lesson, known) {
            (Some(lesson), None) if !lesson.keep_world => self.reset(session.profile()),
            (Some(_), Some(idx)) => {
                let (course, session) = self.left.remove(idx);
                self.course = course;
                self.inbox.push(Msg::Load(Rc::new(session)));
            }
            _ => self.course.watch = Watch::begin(session),
        }
        if LEFT_MAX < self.left.len() {
            self.left.remove(0);
        }
        if let Some(lesson) = &self.course.lesson {
            self.say(text::lesson_opened(&lesson.number, &lesson.title, lesson.keep_world));
        }
        self.begin();
    }

    /// Begins the lesson in a new world: that of the version which the learner chose, if the lesson
    /// can be done there.
    fn reset(&mut self, chosen: Profile) {
        let Some(lesson) = self.course.lesson.take() else { return };
        let profile = if lesson.runs_on(chosen) { chosen } else { Profile::Redis810 };
        self.course = Course::default();
        match start(&lesson, profile) {
            Ok(session) => {
                self.course.watch = Watch::begin(&session);
                self.inbox.push(Msg::Load(Rc::new(session)));
            }
            Err(problem) => self.say(problem.to_string()),
        }
        self.course.lesson = Some(lesson);
        for form in elements(&self.body, "[data-answer]") {
            // Removing an attribute that is there cannot fail.
            let _ = form.remove_attribute("data-answer");
        }
        self.keep();
        self.stale = true;
    }

    fn take_progress(&mut self) {
        let Some(text) = self.reading.take().map(|reading| reading.text()) else { return };
        let not_progress = |_| text::NOT_PROGRESS.to_owned();
        let merged = text.and_then(|text| self.progress.merge(&text).map_err(not_progress));
        match merged {
            Ok(n_skipped) => {
                self.inbox.push(Msg::Keep { name: "progress", text: self.progress.write() });
                self.say(text::progress_taken(self.progress.n_solved(), n_skipped));
                self.stale = true;
            }
            Err(problem) => self.say(text::nothing_opened(&problem)),
        }
    }

    fn on_word(&mut self, word: Word) {
        let words = match (word, &self.course.lesson) {
            (Word::Lessons, _) => self.map_as_text(),
            (_, None) => text::NO_LESSON.to_owned(),
            (Word::Hint, Some(lesson)) => {
                let idx = self.course.n_hints.min(lesson.hints.len().saturating_sub(1));
                self.course.n_hints += 1;
                lesson.hints.get(idx).cloned().unwrap_or_default()
            }
            (Word::Solution, Some(lesson)) => {
                let lines = lesson.solutions.iter().take(1).flat_map(|script| &script.lines);
                let lines = lines.map(|line| format!("{}> {}", line.who, line.line));
                let words = lines.collect::<Vec<_>>().join("\n");
                self.solution_shown();
                words
            }
            (Word::Next | Word::NextFast, Some(_)) => {
                let wanted = if word == Word::Next { "a[rel=next]" } else { "a[data-fast]" };
                if let Ok(Some(link)) = self.body.query_selector(wanted) {
                    link.unchecked_into::<HtmlElement>().click();
                    return;
                }
                text::LAST_LESSON.to_owned()
            }
        };
        self.say(words);
    }

    fn map_as_text(&self) -> String {
        let mut lines = Vec::new();
        for item in elements(&self.body, "[data-map]") {
            let number = item.get_attribute("data-map").unwrap_or_default();
            let link = item.query_selector("a").ok().flatten();
            let title = link.and_then(|link| link.text_content()).unwrap_or_default();
            let mark = text::lesson_mark(self.progress.status(&number));
            lines.push(format!("{mark} {title}"));
        }
        lines.join("\n")
    }

    fn show_answer(&self, name: &str, right: bool) {
        for form in elements(&self.body, "form.predict") {
            if form.get_attribute("data-prediction").as_deref() != Some(name) {
                continue;
            }
            dom::set_attr(&form, "data-answer", if right { "right" } else { "wrong" });
            if let Ok(Some(details)) = form.query_selector("details") {
                dom::set_attr(&details, "open", "");
            }
        }
        let words = if right { text::ANSWER_RIGHT } else { text::ANSWER_WRONG };
        self.say(words.to_owned());
    }

    /// Brings the goals up to date; each says why it is still open.
    fn show_goals(&mut self, state: &State) {
        let Some(lesson) = &self.course.lesson else { return };
        self.course.watch.observe(&state.session);
        let is_full = self.course.watch.is_full();
        if is_full && !std::mem::replace(&mut self.course.told_full, is_full) {
            self.say(text::lesson_is_full());
        }
        let standings = self.course.watch.standings(lesson, &state.session);
        let shown = elements(&self.body, "[data-goal]");
        for (goal, standing) in lesson.goals.iter().zip(&standings) {
            let found = shown.iter().find(|element| {
                element.get_attribute("data-goal").as_deref() == Some(goal.name.as_str())
            });
            if let Some(element) = found {
                show_goal(element, standing);
            }
        }
        let n_done = standings.iter().filter(|standing| standing.is_done()).count();
        let n_before = std::mem::replace(&mut self.course.n_done, n_done);
        if n_done <= n_before {
            return;
        }
        if solved(&standings) {
            let was_shown = self.course.was_shown;
            self.note(if was_shown { Status::Shown } else { Status::Solved });
            let has_fast = self.body.query_selector("a[data-fast]").is_ok_and(|a| a.is_some());
            self.say(text::lesson_done(was_shown, has_fast));
        } else {
            self.say(text::goals_done(n_done, standings.len()));
        }
        self.course.checkpoint = Some((Rc::new(state.session.clone()), self.course.watch.clone()));
        self.stale = true;
    }

    fn show_progress(&self) {
        for button in elements(&self.body, "[data-action=checkpoint]") {
            dom::set_hidden(button.unchecked_ref(), self.course.checkpoint.is_none());
        }
        let items = elements(&self.body, "[data-map]");
        let n_solved = self.progress.n_solved();
        if let Ok(note) = dom::by_id::<HtmlElement>("course-progress") {
            dom::set_text(&note, &text::course_progress(n_solved, items.len()));
        }
        let mut last_idx = None;
        for (idx, item) in items.iter().enumerate() {
            let number = item.get_attribute("data-map").unwrap_or_default();
            let status = self.progress.status(&number);
            let word = match status {
                None => "new",
                Some(Status::Begun) => "begun",
                Some(Status::Shown) => "shown",
                Some(Status::Solved) => "solved",
            };
            dom::set_attr(item, "data-status", word);
            if self.progress.last() == Some(&number) {
                last_idx = Some(idx + usize::from(status == Some(Status::Solved)));
            }
        }
        let next = last_idx.and_then(|idx| items.get(idx));
        let link = next.and_then(|item| item.query_selector("a").ok().flatten());
        if let (Some(link), Ok(go_on)) = (link, dom::by_id::<HtmlElement>("course-continue")) {
            let title = link.text_content().unwrap_or_default();
            dom::set_text(&go_on, &text::go_on_with(&title));
            dom::set_attr(&go_on, "href", &link.get_attribute("href").unwrap_or_default());
            dom::set_hidden(&go_on, self.course.lesson.is_some());
        }
    }
}

/// Shows one step of a demonstration.
fn scrub(figure: &Element, step: i32) {
    let Some(figure) = figure.dyn_ref::<HtmlElement>() else { return };
    let steps = elements(figure, "[data-step]");
    let last = i32::try_from(steps.len()).unwrap_or(i32::MAX).saturating_sub(1);
    let step = step.clamp(0, last.max(0));
    dom::set_attr(figure, "data-demo", &step.to_string());
    for (n, element) in (0..).zip(steps) {
        if let Some(element) = element.dyn_ref::<HtmlElement>() {
            dom::set_hidden(element, n != step);
            if n == step
                && let Ok(Some(slider)) = figure.query_selector("input")
            {
                let words = element.get_attribute("data-step").unwrap_or_default();
                dom::set_attr(&slider, "aria-valuetext", &words);
                slider.unchecked_into::<HtmlInputElement>().set_value(&step.to_string());
            }
        }
    }
}

fn show_goal(element: &Element, standing: &Standing) {
    let state = match standing {
        Standing::Open(_) => "open",
        Standing::Done => "done",
        Standing::Violated(_) => "violated",
    };
    dom::set_attr(element, "data-state", state);
    let note = match element.query_selector(".goal-note").ok().flatten() {
        Some(note) => note,
        None => {
            let note: Element = dom::el("span", "goal-note").into();
            dom::append(element, &note);
            note
        }
    };
    dom::set_text(&note, &text::goal_note(standing));
}

impl Pane for LessonPane {
    fn update(&mut self, msg: &Msg, state: &State) {
        if let Msg::Lesson(msg) = msg {
            self.on_message(msg, &state.session);
        }
    }

    fn render(&mut self, state: &State, changes: Changes) {
        if self.stale || changes.world || changes.history || changes.time {
            self.show_goals(state);
        }
        if std::mem::take(&mut self.stale) {
            self.show_progress();
        }
    }
}

fn listeners(inbox: &Inbox, body: &HtmlElement) -> Vec<Listener> {
    let sends = |msg: Option<LessonMsg>, inbox: &Inbox| {
        if let Some(msg) = msg {
            inbox.push(Msg::Lesson(msg));
        }
    };
    let (on_click, on_submit, on_input) = (inbox.clone(), inbox.clone(), inbox.clone());
    let on_back = inbox.clone();
    let click = Listener::cancelling(body, "click", move |event| {
        if let Some(url) = page::followed(event) {
            event.prevent_default();
            sends(Some(LessonMsg::Open { url, in_history: false }), &on_click);
        } else {
            sends(clicked(event), &on_click);
        }
    });
    let submit = Listener::cancelling(body, "submit", move |event| {
        event.prevent_default();
        sends(answered(event), &on_submit);
    });
    let input = Listener::new(body, "input", move |event| sends(put_in(event), &on_input));
    let back = Listener::new(&dom::window(), "popstate", move |_| {
        sends(Some(LessonMsg::Open { url: page::address(), in_history: true }), &on_back);
    });
    vec![click, submit, input, back]
}

/// A slider was moved, or a file chosen.
fn put_in(event: &Event) -> Option<LessonMsg> {
    let input: HtmlInputElement = event.target()?.dyn_into().ok()?;
    if let Some(file) = input.files().and_then(|files| files.get(0)) {
        return Some(LessonMsg::Chosen(file));
    }
    let (figure, _) = dom::closest_attr(event, "data-demo")?;
    Some(LessonMsg::Scrub { figure, step: input.value().parse().ok()? })
}

/// What a click on a button of the lesson asks for.
fn clicked(event: &Event) -> Option<LessonMsg> {
    if let Some((button, _)) = dom::closest_attr(event, "data-try") {
        let line = button.next_element_sibling()?.text_content()?;
        let who = crate::sim::world::DEFAULT_CLIENT.to_owned();
        return Some(LessonMsg::Lines { who, lines: vec![line] });
    }
    if dom::closest_attr(event, "data-solution").is_some() {
        return Some(LessonMsg::ShowSolution);
    }
    let (_, action) = dom::closest_attr(event, "data-action")?;
    match action.as_str() {
        "reset" => Some(LessonMsg::Reset),
        "checkpoint" => Some(LessonMsg::Checkpoint),
        "save" => Some(LessonMsg::Save),
        "back" | "on" => {
            let (figure, step) = dom::closest_attr(event, "data-demo")?;
            let by = if action == "on" { 1 } else { -1 };
            Some(LessonMsg::Scrub { figure, step: step.parse::<i32>().ok()? + by })
        }
        "run" => {
            let (block, who) = dom::closest_attr(event, "data-client")?;
            let code = block.query_selector("code").ok().flatten()?.text_content()?;
            let lines = code.lines().map(str::trim).filter(|line| !line.is_empty());
            let lines = lines.map(str::to_owned).collect();
            let who =
                if who.is_empty() { crate::sim::world::DEFAULT_CLIENT.to_owned() } else { who };
            Some(LessonMsg::Lines { who, lines })
        }
        _ => None,
    }
}

/// Which choice was sent.
fn answered(event: &Event) -> Option<LessonMsg> {
    let (form, name) = dom::closest_attr(event, "data-prediction")?;
    let chosen = form.query_selector("input:checked").ok().flatten()?;
    let n: usize = chosen.unchecked_into::<HtmlInputElement>().value().parse().ok()?;
    Some(LessonMsg::Answer { name, choice_idx: n.checked_sub(1)? })
}
