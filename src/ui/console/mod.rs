//! The console: a native input, rows of lines and replies, a tab for each client.

mod tabs;
mod transcript;

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement, HtmlInputElement, KeyboardEvent};

use super::app::{Changes, Msg, Pane, State};
use super::dom::{self, Listener, MissingElement};
use super::inbox::Inbox;
use super::lesson::{LessonMsg, Word};
use super::storage::database::Contents;
use crate::sim::{Session, WorldEventKind};
use crate::view::console::repeat::{self, Repeat};
use crate::view::console::rows::{aside_extra, entry_row, spoken};
use crate::view::console::{Answer, Extra, Filter, History, Mark, Row, RowKey, Tabs};
use tabs::TabBar;
use transcript::{Style, TranscriptView, own_extra, row_element};

/// What happens in the console.
#[derive(Debug)]
pub enum ConsoleMsg {
    /// Enter.
    Submit(String),
    /// A key that the input does not handle by itself; with what it holds.
    Key(Key, String),
    /// The text was changed.
    Edited(String),
    /// A tab was chosen.
    SelectTab(String),
    /// The button for another client was pressed.
    NewTab,
    /// The open tab is to be closed.
    CloseTab,
    /// The button for another client's lines was pressed.
    ToggleServices,
    /// The button for the bytes on the wire was pressed.
    ToggleRaw,
    /// The rest of a long reply is to be shown.
    ShowAll(RowKey),
    /// Let this blocked client go.
    Cancel(String),
}

/// Keys with a meaning of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Key {
    /// The line before.
    Up,
    /// The line after.
    Down,
    /// Ctrl-L.
    Clear,
}

/// The client whose lines let a blocked one go.
const OPERATOR: &str = "operator";

/// The console.
pub struct ConsolePane {
    inbox: Inbox,
    input: HtmlInputElement,
    prompt: HtmlElement,
    status: HtmlElement,
    transcript: TranscriptView,
    tab_bar: TabBar,
    tabs: Tabs,
    history: History,
    extras: Vec<Extra>,
    n_asides: u64,
    show_services: bool,
    style: Style,
    /// Everything has to be drawn anew.
    stale: bool,
    /// The last line that was announced differs from the next by this.
    spoken_twice: bool,
    _listeners: Vec<Listener>,
}

impl ConsolePane {
    /// Mounts the console into the page.
    ///
    /// # Errors
    /// When the page lacks an element.
    pub fn mount(inbox: &Inbox, contents: &Contents) -> Result<ConsolePane, MissingElement> {
        let input: HtmlInputElement = dom::by_id("console-input")?;
        let form: HtmlElement = dom::by_id("console-form")?;
        let transcript = TranscriptView::mount()?;
        let stored = contents.values.iter().find(|(name, _)| name == "history");
        let lines = stored.and_then(|(_, text)| text.as_deref()).unwrap_or_default();
        let history = History::restored(lines.lines().map(str::to_owned));
        let listeners = listeners(inbox, &input, &form, transcript.element());
        Ok(ConsolePane {
            inbox: inbox.clone(),
            prompt: dom::by_id("console-prompt")?,
            status: dom::by_id("console-status")?,
            tab_bar: TabBar::mount(inbox)?,
            input,
            transcript,
            tabs: Tabs::default(),
            history,
            extras: Vec::new(),
            n_asides: 0,
            show_services: false,
            style: Style::default(),
            stale: true,
            spoken_twice: false,
            _listeners: listeners,
        })
    }

    fn on_message(&mut self, msg: &ConsoleMsg, state: &State) {
        match msg {
            ConsoleMsg::Submit(line) => self.submit(line, &state.session),
            ConsoleMsg::Key(key, value) => self.on_key(*key, value, state),
            ConsoleMsg::Edited(_) => self.history.edited(),
            ConsoleMsg::SelectTab(who) => self.switch(|tabs| tabs.select(who)),
            ConsoleMsg::NewTab => self.switch(|tabs| {
                let name = tabs.suggestion();
                // A suggestion is free and well-formed.
                let _ = tabs.open(&name);
            }),
            ConsoleMsg::CloseTab => self.switch(|tabs| {
                let who = Rc::clone(&tabs.active().who);
                tabs.close(&who);
            }),
            ConsoleMsg::ToggleServices => {
                self.show_services = !self.show_services;
                self.stale = true;
            }
            ConsoleMsg::ToggleRaw => {
                self.style.raw = !self.style.raw;
                self.stale = true;
            }
            ConsoleMsg::ShowAll(key) => {
                self.redraw_row(*key, Style { all: true, ..self.style }, state)
            }
            ConsoleMsg::Cancel(who) => self.cancel(who, &state.session),
        }
    }

    fn submit(&mut self, line: &str, session: &Session) {
        self.input.set_value("");
        if line.trim().is_empty() {
            return;
        }
        self.history.push(line);
        self.inbox.push(Msg::Keep { name: "history", text: self.history.lines().join("\n") });
        if let Some(word) = Word::of(line) {
            self.inbox.push(Msg::Lesson(LessonMsg::Word(word)));
            return;
        }
        let who = Rc::clone(&self.tabs.active().who);
        match repeat::split(line) {
            Repeat::Once(line) => self.inbox.run_line(&who, line),
            Repeat::Times(n, line) => (0..n).for_each(|_| self.inbox.run_line(&who, line)),
            Repeat::Invalid(text) => self.say(session, line, Answer::Refused(text.into())),
            Repeat::TooMany(_) => {
                let text = format!("At most {} times.", crate::limits::REPEAT_MAX);
                self.say(session, line, Answer::Refused(text.into()));
            }
        }
    }

    fn on_key(&mut self, key: Key, value: &str, state: &State) {
        let line = match key {
            Key::Up => self.history.up(value).map(str::to_owned),
            Key::Down => self.history.down(),
            Key::Clear => {
                let line_seq = state.session.world().transcript().next_seq();
                let mark = Mark { line_seq, extra_idx: self.extras.len() };
                self.tabs.active_mut().cleared = mark;
                self.stale = true;
                None
            }
        };
        if let Some(line) = line {
            self.input.set_value(&line);
            let end = line.encode_utf16().count() as u32;
            // A text input has a selection.
            let _ = self.input.set_selection_range(end, end);
        }
    }

    /// Changes the open tab and takes the draft along.
    fn switch(&mut self, change: impl FnOnce(&mut Tabs)) {
        self.tabs.active_mut().draft = self.input.value();
        change(&mut self.tabs);
        self.input.set_value(&self.tabs.active().draft);
        // Focusing fails only for elements that are not in the page.
        let _ = self.input.focus();
        self.stale = true;
    }

    fn cancel(&mut self, who: &str, session: &Session) {
        let client = session.world().clients().find(|client| *client.name == *who);
        if let Some(id) = client.and_then(|client| client.id) {
            self.inbox.run_line(OPERATOR, &format!("CLIENT UNBLOCK {id}"));
        }
    }

    /// The row of a key, as the world has it now.
    fn row(&self, key: RowKey, session: &Session) -> Option<Row> {
        match key {
            RowKey::Line(seq) => session.world().transcript().get(seq).map(entry_row),
            RowKey::Extra(idx) => self.extras.get(idx).map(|extra| extra.row.clone()),
        }
    }

    fn redraw_row(&mut self, key: RowKey, style: Style, state: &State) {
        if let Some(row) = self.row(key, &state.session) {
            let element = row_element(&row, &self.filter(), style);
            self.transcript.replace(key, element);
        }
    }

    fn say(&mut self, session: &Session, line: &str, answer: Answer) {
        let who = Rc::clone(&self.tabs.active().who);
        self.speak(&spoken(&answer));
        let extra = own_extra(session, &who, line, answer, self.extras.len());
        self.extras.push(extra);
    }

    /// Says something through the live region; the same text twice has to differ to be heard.
    fn speak(&mut self, text: &str) {
        self.spoken_twice = !self.spoken_twice;
        let mark = if self.spoken_twice { "\u{a0}" } else { "" };
        dom::set_text(&self.status, &format!("{text}{mark}"));
    }

    /// Takes note of what happened: whose replies came, which clients there are.
    fn follow(&mut self, state: &State) {
        let session = &state.session;
        let transcript = session.world().transcript();
        for aside in session.asides_from(self.n_asides) {
            let extra = aside_extra(aside, self.extras.len());
            if extra.row.who == self.tabs.active().who {
                self.speak(&spoken(&extra.row.answer));
            }
            self.extras.push(extra);
        }
        self.n_asides = session.next_aside_seq();
        for event in &state.events {
            match event.kind {
                WorldEventKind::Reset => {
                    self.tabs.world_changed();
                    self.stale = true;
                    for entry in transcript.iter() {
                        self.tabs.saw_old_line(&entry.who, entry.from);
                    }
                }
                WorldEventKind::Sent { seq } => {
                    if let Some(entry) = transcript.get(seq) {
                        self.tabs.saw_line(&entry.who, entry.from);
                    }
                }
                WorldEventKind::Replied { seq } => self.hear(session, seq),
                _ => {}
            }
        }
    }

    fn hear(&mut self, session: &Session, seq: u64) {
        let Some(entry) = session.world().transcript().get(seq) else { return };
        if entry.who == self.tabs.active().who {
            self.speak(&spoken(&entry_row(entry).answer));
        } else {
            self.tabs.saw_reply(&entry.who);
        }
    }

    fn filter(&self) -> Filter {
        Filter { who: Rc::clone(&self.tabs.active().who), services: self.show_services }
    }
}

impl Pane for ConsolePane {
    fn update(&mut self, msg: &Msg, state: &State) {
        match msg {
            Msg::Console(msg) => self.on_message(msg, state),
            Msg::Notice(text) => {
                self.say(&state.session, "", Answer::Note(text.as_str().into()));
            }
            _ => {}
        }
    }

    fn render(&mut self, state: &State, changes: Changes) {
        self.follow(state);
        let filter = self.filter();
        if std::mem::take(&mut self.stale) {
            let start = self.tabs.active().cleared;
            self.transcript.rebuild(&state.session, &self.extras, &filter, start, self.style);
            dom::set_text(&self.prompt, &format!("{}>", filter.who));
        } else {
            self.transcript.append_new(&state.session, &self.extras, &filter, self.style);
        }
        self.tab_bar.render(&self.tabs, &state.session, self.show_services, self.style.raw);
        let _ = changes;
    }
}

fn listeners(
    inbox: &Inbox,
    input: &HtmlInputElement,
    form: &HtmlElement,
    transcript: &HtmlElement,
) -> Vec<Listener> {
    let (on_submit, on_key, on_edit, on_click) =
        (inbox.clone(), inbox.clone(), inbox.clone(), inbox.clone());
    let field = input.clone();
    let submit = Listener::cancelling(form, "submit", move |event| {
        event.prevent_default();
        on_submit.push(Msg::Console(ConsoleMsg::Submit(field.value())));
    });
    let field = input.clone();
    let key = Listener::cancelling(input, "keydown", move |event| {
        if let Some(key) = key_of(event) {
            event.prevent_default();
            on_key.push(Msg::Console(ConsoleMsg::Key(key, field.value())));
        }
    });
    let field = input.clone();
    let edit = Listener::new(input, "input", move |_| {
        on_edit.push(Msg::Console(ConsoleMsg::Edited(field.value())));
    });
    let click = Listener::new(transcript, "click", move |event| {
        if let Some(msg) = row_msg(event) {
            on_click.push(Msg::Console(msg));
        }
    });
    vec![submit, key, edit, click]
}

/// What a click in a row asks for.
fn row_msg(event: &Event) -> Option<ConsoleMsg> {
    if let Some((_, who)) = dom::closest_attr(event, "data-cancel") {
        return Some(ConsoleMsg::Cancel(who));
    }
    let (_, key) = dom::closest_attr(event, transcript::ROW_ATTR)?;
    let key = transcript::key_of(&key)?;
    dom::closest_attr(event, "data-more").map(|_| ConsoleMsg::ShowAll(key))
}

/// The key of an event, if it has a meaning here.
fn key_of(event: &Event) -> Option<Key> {
    let event: &KeyboardEvent = event.dyn_ref()?;
    if event.is_composing() {
        return None;
    }
    let ctrl = event.ctrl_key() && !event.alt_key() && !event.meta_key();
    match (event.key().as_str(), ctrl) {
        ("ArrowUp", false) => Some(Key::Up),
        ("ArrowDown", false) => Some(Key::Down),
        ("l", true) => Some(Key::Clear),
        _ => None,
    }
}
