//! The console: a native input, rows of lines and replies, a tab for each client.
//!
//! What keys do is decided in [`Editor`], what a line means in `view::console::reading`; here the
//! page is kept equal to both.

mod chips;
mod field;
mod keep;
mod popup;
mod row;
mod tabs;
mod transcript;

use std::rc::Rc;

use web_sys::{Event, HtmlElement};

use super::app::{Changes, Msg, Pane, State};
use super::dom::{self, Listener, MissingElement};
use super::inbox::Inbox;
use super::lesson::{LessonMsg, Word};
use super::storage::database::Contents;
use crate::limits::{LINE_BYTES_MAX, REPEAT_MAX, TRANSCRIPT_ROWS_MAX};
use crate::sim::{Session, WorldEventKind};
use crate::sorted::SortedSet;
use crate::view::console::complete::{complete, next_words};
use crate::view::console::repeat::{self, Repeat};
use crate::view::console::rows::{aside_extra, entry_row, spoken};
use crate::view::console::{Answer, Editor, Effect, Explanations, Extras, Filter, Key, Line, Mark};
use crate::view::console::{Popup, Row, RowKey, Tabs, help, paste, script};
use crate::view::text;
use chips::Chips;
use field::Field;
use popup::PopupView;
use row::{Look, own_extra, row_element};
use tabs::{Naming, TabBar, Tools};
use transcript::TranscriptView;

/// What happens in the console.
#[derive(Debug)]
pub enum ConsoleMsg {
    /// A key with a meaning; with what the input holds.
    Key(Key, Line),
    /// The text was changed.
    Edited(Line),
    /// The input scrolled sideways.
    Scrolled,
    /// Several lines were pasted.
    Pasted(String),
    /// A choice of the list was pressed.
    Choose(usize),
    /// A chip was pressed.
    Chip(String),
    /// The chip that runs the line was pressed.
    RunChip,
    /// A tab was chosen.
    SelectTab(String),
    /// Another client is wanted.
    NewTab,
    /// The open tab is to get another name.
    StartRename,
    /// A name was typed.
    Named { renames: bool, name: String },
    /// No name after all.
    StopNaming,
    /// The open tab is to be closed.
    CloseTab,
    /// Lines of services, too, or not.
    ToggleServices,
    /// Replies as bytes, or as text.
    ToggleRaw,
    /// Everything that was done, as a script.
    CopyScript,
    /// The script was copied, or not.
    Copied(bool),
    /// The rest of a long reply is to be shown.
    ShowAll(RowKey),
    /// The explanation of a reply is to be shown, or hidden.
    ToggleWhy(RowKey),
    /// The help of a command is to be shown.
    Help(String),
    /// Let this blocked client go.
    Cancel(String),
}

/// The client whose lines let a blocked one go.
const OPERATOR: &str = "operator";

/// The console.
pub struct ConsolePane {
    inbox: Inbox,
    field: Field,
    prompt: HtmlElement,
    status: HtmlElement,
    transcript: TranscriptView,
    tab_bar: TabBar,
    popup: PopupView,
    chips: Chips,
    tabs: Tabs,
    naming: Option<Naming>,
    editor: Editor,
    extras: Extras,
    n_asides: u64,
    explanations: Explanations,
    open_whys: SortedSet<RowKey>,
    shows_services: bool,
    raw: bool,
    /// Everything has to be drawn anew.
    stale: bool,
    /// It was said that not every client has a tab.
    said_full: bool,
    /// The last line that was announced differs from the next by this.
    spoken_twice: bool,
    _listeners: [Listener; 1],
}

impl ConsolePane {
    /// Mounts the console into the page.
    ///
    /// # Errors
    /// When the page lacks an element.
    pub fn mount(inbox: &Inbox, contents: &Contents) -> Result<ConsolePane, MissingElement> {
        let transcript = TranscriptView::mount()?;
        let on_click = inbox.clone();
        let click = Listener::new(transcript.element(), "click", move |event| {
            if let Some(msg) = row_msg(event) {
                on_click.push(Msg::Console(msg));
            }
        });
        let field = Field::mount(inbox)?;
        let kept = keep::read(contents);
        Ok(ConsolePane {
            inbox: inbox.clone(),
            prompt: dom::by_id("console-prompt")?,
            status: dom::by_id("console-status")?,
            tab_bar: TabBar::mount(inbox)?,
            popup: PopupView::mount(inbox, field.input())?,
            chips: Chips::mount(inbox)?,
            field,
            transcript,
            tabs: kept.tabs,
            naming: None,
            editor: Editor::new(kept.history),
            extras: Extras::default(),
            n_asides: 0,
            explanations: Explanations::default(),
            open_whys: SortedSet::new(),
            shows_services: kept.shows_services,
            raw: kept.raw,
            stale: true,
            said_full: false,
            spoken_twice: false,
            _listeners: [click],
        })
    }

    fn on_message(&mut self, msg: &ConsoleMsg, state: &State) {
        match msg {
            ConsoleMsg::Key(key, line) => self.on_key(*key, line, &state.session),
            ConsoleMsg::Edited(line) => {
                self.editor.on_edit(line);
                self.field.edited();
            }
            ConsoleMsg::Scrolled => self.field.follow_scroll(),
            ConsoleMsg::Pasted(text) => self.paste(text, &state.session),
            ConsoleMsg::Choose(idx) => {
                let effect = self.editor.choose(*idx, &self.field.line());
                self.apply(effect, &state.session);
                self.field.focus();
            }
            ConsoleMsg::Chip(word) => self.press_chip(word, &state.session),
            ConsoleMsg::RunChip => self.on_key(Key::Enter, &self.field.line(), &state.session),
            ConsoleMsg::CopyScript => self.copy_script(&state.session),
            ConsoleMsg::Copied(true) => self.note(&state.session, text::SCRIPT_COPIED),
            ConsoleMsg::Copied(false) => self.note(&state.session, text::SCRIPT_NOT_COPIED),
            ConsoleMsg::ShowAll(key) => self.redraw(*key, true, &state.session),
            ConsoleMsg::ToggleWhy(key) => {
                if !self.open_whys.remove(key) {
                    self.open_whys.insert(*key);
                }
                // No more than there are rows.
                if TRANSCRIPT_ROWS_MAX < self.open_whys.len() {
                    self.open_whys.pop_first();
                }
                self.redraw(*key, false, &state.session);
                self.transcript.focus_why(*key);
            }
            ConsoleMsg::Help(line) => self.run(line, &state.session),
            ConsoleMsg::Cancel(who) => self.cancel(who, &state.session),
            _ => self.on_tab_message(msg, &state.session),
        }
    }

    #[inline(never)]
    fn on_tab_message(&mut self, msg: &ConsoleMsg, session: &Session) {
        match msg {
            ConsoleMsg::SelectTab(who) => self.switch(|tabs| tabs.select(who)),
            ConsoleMsg::NewTab => {
                self.naming = Some(Naming { renames: false, start: self.tabs.suggestion() });
            }
            ConsoleMsg::StartRename => {
                let start = self.tabs.active().who.to_string();
                self.naming = Some(Naming { renames: true, start });
            }
            ConsoleMsg::Named { renames, name } => self.name_tab(*renames, name.trim(), session),
            ConsoleMsg::StopNaming => {
                self.naming = None;
                self.field.focus();
            }
            ConsoleMsg::CloseTab => {
                let who = Rc::clone(&self.tabs.active().who);
                self.hang_up(&who, session);
                self.switch(|tabs| tabs.close(&who));
            }
            ConsoleMsg::ToggleServices => {
                self.shows_services = !self.shows_services;
                self.stale = true;
            }
            ConsoleMsg::ToggleRaw => {
                self.raw = !self.raw;
                self.stale = true;
            }
            _ => {}
        }
        self.inbox.push(keep::view(&self.tabs, self.shows_services, self.raw));
    }

    fn on_key(&mut self, key: Key, line: &Line, session: &Session) {
        let who = Rc::clone(&self.tabs.active().who);
        let had_popup = self.editor.popup().is_some();
        let effect = self.editor.on_key(key, line, |line| complete(session.world(), &who, line));
        if key == Key::Escape && !had_popup {
            self.field.let_tab_leave();
        }
        self.apply(effect, session);
    }

    fn apply(&mut self, effect: Effect, session: &Session) {
        match effect {
            Effect::Nothing => {}
            Effect::Set(line) => self.field.set(&line),
            Effect::Run(line) => {
                self.field.set(&Line::default());
                self.run(&line, session);
            }
            Effect::ClearScreen => self.clear_screen(session),
            Effect::Interrupt => {
                let who = Rc::clone(&self.tabs.active().who);
                self.cancel(&who, session);
            }
        }
    }

    /// Runs what was typed: a line of the world, or one of the console's own words.
    fn run(&mut self, line: &str, session: &Session) {
        if line.trim().is_empty() {
            return;
        }
        if LINE_BYTES_MAX < line.len() {
            // Neither the history nor a row keeps it.
            let start = line.get(..line.ceil_char_boundary(100)).unwrap_or_default();
            let refusal = text::line_limit(LINE_BYTES_MAX);
            return self.say(session, start, Answer::Refused(refusal.into()));
        }
        self.editor.history.push(line);
        self.inbox.push(keep::history(&self.editor.history));
        self.transcript.scroll_to_end();
        if let Some(word) = Word::of(line) {
            self.inbox.push(Msg::Lesson(LessonMsg::Word(word)));
            return;
        }
        if line.trim().eq_ignore_ascii_case("clear") {
            return self.clear_screen(session);
        }
        if let Some(text) = help::answer(line, session.profile()) {
            return self.say(session, line, Answer::Note(text.into()));
        }
        let who = Rc::clone(&self.tabs.active().who);
        match repeat::split(line) {
            Repeat::Once(line) => self.inbox.run_line(&who, line),
            Repeat::Times(n, line) => (0..n).for_each(|_| self.inbox.run_line(&who, line)),
            Repeat::Invalid(text) => self.say(session, line, Answer::Refused(text.into())),
            Repeat::TooMany(_) => {
                let text = text::repeat_limit(REPEAT_MAX);
                self.say(session, line, Answer::Refused(text.into()));
            }
        }
    }

    #[inline(never)]
    fn paste(&mut self, text: &str, session: &Session) {
        match paste::checked(text) {
            Ok(lines) => lines.iter().for_each(|line| self.run(line, session)),
            Err(problem) => self.note(session, &problem),
        }
    }

    #[inline(never)]
    fn press_chip(&mut self, word: &str, session: &Session) {
        let line = self.field.line();
        let who = Rc::clone(&self.tabs.active().who);
        let range = complete(session.world(), &who, &line).range;
        // The list of what comes next knows where the word belongs, the end of the line otherwise.
        let range = if range.end == 0 { line.caret..line.caret } else { range };
        self.field.set(&line.replaced(range, &format!("{word} ")));
        self.editor.on_edit(&self.field.line());
    }

    fn clear_screen(&mut self, session: &Session) {
        let line_seq = session.world().transcript().next_seq();
        self.tabs.active_mut().cleared = Mark { line_seq, extra_idx: self.extras.next_idx() };
        self.stale = true;
    }

    /// Changes the open tab and takes the draft along.
    fn switch(&mut self, change: impl FnOnce(&mut Tabs)) {
        self.tabs.active_mut().draft = self.field.line().text;
        change(&mut self.tabs);
        let draft = Line::ending(&self.tabs.active().draft);
        self.field.set(&draft);
        self.field.focus();
        self.stale = true;
    }

    #[inline(never)]
    fn name_tab(&mut self, renames: bool, name: &str, session: &Session) {
        let old = Rc::clone(&self.tabs.active().who);
        let mut tabs = self.tabs.clone();
        match if renames { tabs.rename(name) } else { tabs.open(name) } {
            Ok(()) => {
                self.naming = None;
                self.switch(|known| {
                    tabs.keep_drafts_of(known);
                    *known = tabs;
                });
                if renames && *old != *name {
                    self.note(session, &text::client_renamed(name, &old));
                }
            }
            Err(problem) => self.note(session, &text::name_problem(problem)),
        }
    }

    /// The client of a closed tab leaves, as it would by closing a terminal.
    #[inline(never)]
    fn hang_up(&self, who: &str, session: &Session) {
        let client = session.world().clients().find(|client| *client.name == *who);
        match client {
            Some(client) if client.waiting.is_some() => {
                if let Some(id) = client.id {
                    self.inbox.run_line(OPERATOR, &format!("CLIENT KILL ID {id}"));
                }
            }
            Some(client) if client.id.is_some() => self.inbox.run_line(who, "QUIT"),
            _ => {}
        }
    }

    fn cancel(&mut self, who: &str, session: &Session) {
        let client = session.world().clients().find(|client| *client.name == *who);
        let waiting = client.filter(|client| client.waiting.is_some());
        if let Some(id) = waiting.and_then(|client| client.id) {
            self.inbox.run_line(OPERATOR, &format!("CLIENT UNBLOCK {id}"));
        }
    }

    #[inline(never)]
    fn copy_script(&self, session: &Session) {
        let journal = session.journal().get(..session.n_applied()).unwrap_or_default();
        let inbox = self.inbox.clone();
        dom::copy(&script::script(journal), move |ok| {
            inbox.push(Msg::Console(ConsoleMsg::Copied(ok)));
        });
    }

    /// A row that the console itself writes.
    fn say(&mut self, session: &Session, line: &str, answer: Answer) {
        let who = Rc::clone(&self.tabs.active().who);
        self.speak(&spoken(&answer));
        let extra = own_extra(session, &who, line, answer);
        self.extras.push(extra);
    }

    fn note(&mut self, session: &Session, text: &str) {
        self.say(session, "", Answer::Note(text.into()));
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
        let mut have_room = true;
        for aside in session.asides_from(self.n_asides) {
            let extra = aside_extra(aside);
            if extra.row.who == self.tabs.active().who {
                self.speak(&spoken(&extra.row.answer));
            }
            self.extras.push(extra);
        }
        self.n_asides = session.next_aside_seq();
        if state.events.iter().any(|event| event.kind == WorldEventKind::Reset) {
            self.explanations.clear();
            self.open_whys.clear();
            self.tabs.world_changed();
            self.stale = true;
            self.said_full = false;
            for entry in transcript.iter() {
                have_room &= self.tabs.saw_old_line(&entry.who, entry.from);
            }
        }
        for (seq, explanation) in &state.explained {
            self.explanations.add(*seq, explanation.clone());
        }
        for event in &state.events {
            self.explanations.follow(event);
            match event.kind {
                WorldEventKind::Sent { seq } => {
                    let Some(entry) = transcript.get(seq) else { continue };
                    if entry.line.eq_ignore_ascii_case("QUIT") {
                        have_room &= self.tabs.saw_old_line(&entry.who, entry.from);
                    } else {
                        have_room &= self.tabs.saw_line(&entry.who, entry.from);
                    }
                }
                WorldEventKind::Replied { seq } => self.hear(session, seq),
                _ => {}
            }
        }
        if !have_room && !std::mem::replace(&mut self.said_full, true) {
            self.note(session, &text::tabs_full());
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
        Filter { who: Rc::clone(&self.tabs.active().who), services: self.shows_services }
    }

    /// The row of a key, as the world has it now.
    fn row(&self, key: RowKey, session: &Session) -> Option<Row> {
        match key {
            RowKey::Line(seq) => session.world().transcript().get(seq).map(entry_row),
            RowKey::Extra(idx) => self.extras.get(idx).map(|extra| extra.row.clone()),
        }
    }

    fn draw(&self, row: &Row, all: bool, filter: &Filter, session: &Session) -> HtmlElement {
        let explanation = match row.key {
            RowKey::Line(seq) => self.explanations.get(seq),
            RowKey::Extra(_) => None,
        };
        let is_open = self.open_whys.contains(&row.key);
        let profile = session.profile();
        row_element(row, Look { filter, profile, raw: self.raw, all, explanation, is_open })
    }

    fn redraw(&mut self, key: RowKey, all: bool, session: &Session) {
        if let Some(row) = self.row(key, session) {
            let element = self.draw(&row, all, &self.filter(), session);
            self.transcript.replace(key, element);
        }
    }

    fn render_rows(&mut self, session: &Session) {
        let filter = self.filter();
        // The transcript is taken out while the rest of the console draws its rows.
        let mut transcript = self.transcript.take();
        let draw = |row: &Row| self.draw(row, false, &filter, session);
        if self.stale {
            let start = self.tabs.active().cleared;
            transcript.rebuild(session, &self.extras, &filter, start, &draw);
        } else {
            transcript.append_new(session, &self.extras, &filter, &draw);
        }
        self.transcript = transcript;
        self.stale = false;
    }

    fn render_line(&mut self, session: &Session) {
        let searches = matches!(self.editor.popup(), Some(Popup::Search(_)));
        self.field.render(session.profile(), !searches);
        let prompt =
            if searches { "search:".to_owned() } else { format!("{}>", self.tabs.active().who) };
        dom::set_text(&self.prompt, &prompt);
        self.popup.render(self.editor.popup());
        if self.chips.is_shown() {
            let line = self.field.line();
            let (words, may_run) = next_words(session.world(), &self.tabs.active().who, &line);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            self.chips.render(&words, may_run);
        }
    }
}

impl Pane for ConsolePane {
    fn update(&mut self, msg: &Msg, state: &State) {
        match msg {
            Msg::Console(msg) => self.on_message(msg, state),
            Msg::Notice(text) => self.note(&state.session, text),
            Msg::Say(text) => self.speak(text),
            _ => {}
        }
    }

    fn render(&mut self, state: &State, _changes: Changes) {
        self.follow(state);
        self.render_rows(&state.session);
        self.render_line(&state.session);
        let tools =
            Tools { services: self.shows_services, raw: self.raw, naming: self.naming.as_ref() };
        self.tab_bar.render(&self.tabs, &state.session, tools);
    }
}

/// What a click in a row asks for.
fn row_msg(event: &Event) -> Option<ConsoleMsg> {
    if let Some((_, who)) = dom::closest_attr(event, "data-cancel") {
        return Some(ConsoleMsg::Cancel(who));
    }
    if let Some((_, line)) = dom::closest_attr(event, "data-help") {
        return Some(ConsoleMsg::Help(line));
    }
    let (_, key) = dom::closest_attr(event, row::ROW_ATTR)?;
    let key = row::key_of(&key)?;
    if dom::closest_attr(event, "data-why").is_some() {
        return Some(ConsoleMsg::ToggleWhy(key));
    }
    dom::closest_attr(event, "data-more").map(|_| ConsoleMsg::ShowAll(key))
}
