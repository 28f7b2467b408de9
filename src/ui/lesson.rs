//! The lesson that stands in the page: its goals as they are reached, its questions, its buttons.
//!
//! The text is static HTML (see `xtask/lessons`); this pane only makes it live. What the goals need
//! travels in a block of the page that browsers neither show nor run.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, HtmlInputElement};

use super::app::{Changes, Msg, Pane, State};
use super::dom::{self, Listener, MissingElement};
use super::inbox::Inbox;
use super::storage::database::Contents;
use crate::lesson::{Lesson, Progress, Standing, Status, Watch, block, solved, start};
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
    /// `hint`, `next`, `solution` or `lessons`, typed in the console.
    Word(Word),
}

/// Words of the console that belong to the course and not to Redis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Word {
    Hint,
    Next,
    Solution,
    Lessons,
}

impl Word {
    /// The word that a line is, if it is one.
    pub fn of(line: &str) -> Option<Word> {
        match line.trim().to_ascii_lowercase().as_str() {
            "hint" => Some(Word::Hint),
            "next" => Some(Word::Next),
            "solution" => Some(Word::Solution),
            "lessons" => Some(Word::Lessons),
            _ => None,
        }
    }
}

/// The lesson of this page, if it has one.
pub fn of_page() -> Option<Lesson> {
    let data = dom::document().get_element_by_id("lesson-data")?;
    // The build keeps an end tag out of the block by a backslash.
    let data = data.text_content()?.replace("<\\/", "</");
    let (lesson, errors) = Lesson::from_blocks(&block::read(&data));
    errors.is_empty().then_some(lesson)
}

/// The lesson pane.
pub struct LessonPane {
    inbox: Inbox,
    body: HtmlElement,
    lesson: Option<Lesson>,
    watch: Watch,
    progress: Progress,
    n_hints: usize,
    was_shown: bool,
    was_solved: bool,
    /// Something besides the world changed.
    stale: bool,
    _listeners: Vec<Listener>,
}

impl LessonPane {
    /// Makes the lesson live. `since` is when the learner could begin.
    ///
    /// # Errors
    /// When the page lacks an element.
    pub fn mount(
        inbox: &Inbox,
        contents: &Contents,
        lesson: Option<Lesson>,
        since: crate::time::Millis,
    ) -> Result<LessonPane, MissingElement> {
        let body: HtmlElement = dom::by_id("lesson-body")?;
        let mut progress = Progress::default();
        let stored = contents.values.iter().find(|(name, _)| name == "progress");
        if let Some((_, Some(text))) = stored
            && let Err(problem) = progress.merge(text)
        {
            inbox.push(Msg::Notice(problem));
        }
        dom::set_attr(&body, "data-live", "true");
        for button in elements(&body, "[data-try]") {
            // Removing an attribute that is there cannot fail.
            let _ = button.remove_attribute("disabled");
        }
        let mut pane = LessonPane {
            inbox: inbox.clone(),
            lesson,
            watch: Watch::from_start(since),
            progress,
            n_hints: 0,
            was_shown: false,
            was_solved: false,
            stale: true,
            _listeners: listeners(inbox, &body),
            body,
        };
        pane.note(Status::Begun);
        Ok(pane)
    }

    fn note(&mut self, status: Status) {
        let Some(lesson) = &self.lesson else { return };
        self.progress.note(&lesson.number, status);
        self.inbox.push(Msg::Keep { name: "progress", text: self.progress.write() });
        self.stale = true;
    }

    fn on_message(&mut self, msg: &LessonMsg) {
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
                let Some(lesson) = &self.lesson else { return };
                let right = self.watch.answer(lesson, name, *choice_idx);
                self.show_answer(name, right);
                self.stale = true;
            }
            LessonMsg::ShowSolution => self.was_shown = true,
            LessonMsg::Reset => self.reset(),
            LessonMsg::Word(word) => self.on_word(*word),
        }
    }

    fn reset(&mut self) {
        let Some(lesson) = &self.lesson else { return };
        match start(lesson, crate::command::Profile::Redis810) {
            Ok(session) => {
                self.watch = Watch::begin(&session);
                self.inbox.push(Msg::Load(Rc::new(session)));
            }
            Err(problem) => self.inbox.push(Msg::Notice(problem.to_string())),
        }
        self.was_shown = false;
        self.was_solved = false;
        self.n_hints = 0;
        self.stale = true;
    }

    fn on_word(&mut self, word: Word) {
        let words = match (word, &self.lesson) {
            (Word::Lessons, _) => self.map_as_text(),
            (_, None) => text::NO_LESSON.to_owned(),
            (Word::Hint, Some(lesson)) => {
                let idx = self.n_hints.min(lesson.hints.len().saturating_sub(1));
                self.n_hints += 1;
                lesson.hints.get(idx).cloned().unwrap_or_default()
            }
            (Word::Solution, Some(lesson)) => {
                self.was_shown = true;
                let lines = lesson.solutions.iter().take(1).flat_map(|script| &script.lines);
                let lines = lines.map(|line| format!("{}> {}", line.who, line.line));
                lines.collect::<Vec<_>>().join("\n")
            }
            (Word::Next, Some(_)) => {
                if let Ok(Some(link)) = self.body.query_selector("a[rel=next]") {
                    link.unchecked_into::<HtmlElement>().click();
                    return;
                }
                text::LAST_LESSON.to_owned()
            }
        };
        self.inbox.push(Msg::Notice(words));
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
        self.inbox.push(Msg::Notice(words.to_owned()));
    }

    /// Brings the goals up to date; each says why it is still open.
    fn show_goals(&mut self, state: &State) {
        let Some(lesson) = &self.lesson else { return };
        self.watch.observe(&state.session);
        let standings = self.watch.standings(lesson, &state.session);
        for (goal, standing) in lesson.goals.iter().zip(&standings) {
            let found = elements(&self.body, "[data-goal]").into_iter().find(|element| {
                element.get_attribute("data-goal").as_deref() == Some(goal.name.as_str())
            });
            if let Some(element) = found {
                show_goal(&element, standing);
            }
        }
        let is_solved = solved(&standings);
        if is_solved && !self.was_solved {
            let status = if self.was_shown { Status::Shown } else { Status::Solved };
            self.note(status);
            self.inbox.push(Msg::Notice(text::lesson_done(status == Status::Shown).to_owned()));
        }
        self.was_solved = is_solved;
    }

    fn show_progress(&self) {
        let items = elements(&self.body, "[data-map]");
        let n_solved = self.progress.n_solved();
        if let Ok(note) = dom::by_id::<HtmlElement>("course-progress") {
            dom::set_text(&note, &text::course_progress(n_solved, items.len()));
        }
        for item in items {
            let number = item.get_attribute("data-map").unwrap_or_default();
            let status = match self.progress.status(&number) {
                None => "new",
                Some(Status::Begun) => "begun",
                Some(Status::Shown) => "shown",
                Some(Status::Solved) => "solved",
            };
            dom::set_attr(&item, "data-status", status);
        }
    }
}

fn show_goal(element: &Element, standing: &Standing) {
    let (state, reason) = match standing {
        Standing::Open(reason) => ("open", reason.as_str()),
        Standing::Done => ("done", ""),
        Standing::Violated(reason) => ("violated", reason.as_str()),
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
    dom::set_text(&note, &text::goal_note(state, reason));
}

impl Pane for LessonPane {
    fn update(&mut self, msg: &Msg, _state: &State) {
        if let Msg::Lesson(msg) = msg {
            self.on_message(msg);
        }
    }

    fn render(&mut self, state: &State, changes: Changes) {
        let stale = std::mem::take(&mut self.stale);
        if stale {
            self.show_progress();
        }
        if stale || changes.world || changes.history || changes.time {
            self.show_goals(state);
        }
    }
}

/// Every element below `root` that a selector (a constant of ours) finds.
fn elements(root: &HtmlElement, selector: &str) -> Vec<Element> {
    let Ok(found) = root.query_selector_all(selector) else { return Vec::new() };
    let nodes = (0..found.length()).filter_map(|idx| found.item(idx));
    nodes.filter_map(|node| node.dyn_into().ok()).collect()
}

fn listeners(inbox: &Inbox, body: &HtmlElement) -> Vec<Listener> {
    let (on_click, on_submit, on_toggle) = (inbox.clone(), inbox.clone(), inbox.clone());
    let click = Listener::new(body, "click", move |event| {
        if let Some(msg) = clicked(event) {
            on_click.push(Msg::Lesson(msg));
        }
    });
    let submit = Listener::cancelling(body, "submit", move |event| {
        event.prevent_default();
        if let Some(msg) = answered(event) {
            on_submit.push(Msg::Lesson(msg));
        }
    });
    let solution = Listener::new(body, "click", move |event| {
        if dom::closest_attr(event, "data-solution").is_some() {
            on_toggle.push(Msg::Lesson(LessonMsg::ShowSolution));
        }
    });
    vec![click, submit, solution]
}

/// What a click on a button of the lesson asks for.
fn clicked(event: &Event) -> Option<LessonMsg> {
    if let Some((button, _)) = dom::closest_attr(event, "data-try") {
        let line = button.next_element_sibling()?.text_content()?;
        let who = crate::sim::world::DEFAULT_CLIENT.to_owned();
        return Some(LessonMsg::Lines { who, lines: vec![line] });
    }
    let (_, action) = dom::closest_attr(event, "data-action")?;
    match action.as_str() {
        "reset" => Some(LessonMsg::Reset),
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
