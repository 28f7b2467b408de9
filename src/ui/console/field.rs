//! The line that is being typed: a native input, and behind it the same text in colour with the
//! notation of what may come next.

use crate::view::text;
use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, Event, HtmlElement, HtmlInputElement, KeyboardEvent};

use super::ConsoleMsg;
use super::row::write_line;
use crate::command::Profile;
use crate::ui::app::Msg;
use crate::ui::dom::{self, Listener, MissingElement, append, el, el_text, set_attr};
use crate::ui::inbox::Inbox;
use crate::view::console::{Key, Line, paste, reading};

/// The input and the picture of its text.
pub struct Field {
    input: HtmlInputElement,
    picture: HtmlElement,
    /// What is drawn.
    drawn: Option<(Option<String>, Profile)>,
    /// Escape was pressed: Tab leaves the input as it would anywhere else.
    tab_leaves: Rc<Cell<bool>>,
    _listeners: Vec<Listener>,
}

impl Field {
    /// Mounts it on the page's `#console-input`.
    ///
    /// # Errors
    /// When the page lacks an element.
    pub fn mount(inbox: &Inbox) -> Result<Field, MissingElement> {
        let input: HtmlInputElement = dom::by_id("console-input")?;
        let form: HtmlElement = dom::by_id("console-form")?;
        set_attr(&input, "aria-description", text::FIELD_ABOUT);
        let tab_leaves = Rc::new(Cell::new(false));
        let listeners = listeners(inbox, &input, &form, &tab_leaves);
        let picture = dom::by_id("console-ghost")?;
        Ok(Field { input, picture, drawn: None, tab_leaves, _listeners: listeners })
    }

    /// The input itself.
    pub fn input(&self) -> &HtmlInputElement {
        &self.input
    }

    /// What is typed, and where the caret stands.
    pub fn line(&self) -> Line {
        line_of(&self.input)
    }

    /// Replaces the text.
    pub fn set(&mut self, line: &Line) {
        self.input.set_value(&line.text);
        let caret = line.caret_utf16();
        // A text input has a selection.
        let _ = self.input.set_selection_range(caret, caret);
        self.edited();
    }

    /// Puts the caret here.
    pub fn focus(&self) {
        // Focusing fails only for elements that are not in the page.
        let _ = self.input.focus();
    }

    /// The text was changed: Tab completes again.
    pub fn edited(&mut self) {
        self.tab_leaves.set(false);
    }

    /// From now on Tab leaves the input.
    pub fn let_tab_leave(&mut self) {
        self.tab_leaves.set(true);
    }

    /// Draws the text in colour, if it changed. While the history is searched the input holds no
    /// command.
    pub fn render(&mut self, profile: Profile, is_command: bool) {
        let text = self.input.value();
        let key = (is_command.then(|| text.clone()), profile);
        if self.drawn.as_ref() != Some(&key) {
            dom::clear(&self.picture);
            set_attr(&self.input, "data-coloured", if is_command { "true" } else { "false" });
            if is_command {
                let typed = el("span", "typed");
                write_line(&typed, &text, profile, None, false);
                append(&self.picture, &typed);
                let ghost = reading::ghost(&text, profile);
                append(&self.picture, &el_text("span", "ghost", &ghost));
            }
            self.drawn = Some(key);
            self.follow_scroll();
        }
    }

    /// Keeps the picture under the text when the input scrolls.
    pub fn follow_scroll(&self) {
        let left = self.input.scroll_left();
        if self.picture.scroll_left() != left {
            self.picture.set_scroll_left(left);
        }
    }
}

fn line_of(input: &HtmlInputElement) -> Line {
    Line::from_utf16(&input.value(), input.selection_start().ok().flatten())
}

fn listeners(
    inbox: &Inbox,
    input: &HtmlInputElement,
    form: &HtmlElement,
    tab_leaves: &Rc<Cell<bool>>,
) -> Vec<Listener> {
    let send = {
        let inbox = inbox.clone();
        move |msg| inbox.push(Msg::Console(msg))
    };
    let (field, sender) = (input.clone(), send.clone());
    let submit = Listener::cancelling(form, "submit", move |event| {
        event.prevent_default();
        sender(ConsoleMsg::Key(Key::Enter, line_of(&field)));
    });
    let (field, sender, tab_leaves) = (input.clone(), send.clone(), Rc::clone(tab_leaves));
    let key = Listener::cancelling(input, "keydown", move |event| {
        let Some(key) = key_of(event, &field) else { return };
        let is_tab = matches!(key, Key::Tab | Key::BackTab);
        if is_tab && (tab_leaves.get() || field.value().is_empty()) {
            return;
        }
        if key != Key::Escape {
            event.prevent_default();
        }
        sender(ConsoleMsg::Key(key, line_of(&field)));
    });
    let (field, sender) = (input.clone(), send.clone());
    let edit = Listener::new(input, "input", move |_| {
        sender(ConsoleMsg::Edited(line_of(&field)));
    });
    let sender = send.clone();
    let scroll = Listener::new(input, "scroll", move |_| sender(ConsoleMsg::Scrolled));
    let paste = Listener::cancelling(input, "paste", move |event| {
        if let Some(text) = pasted(event).filter(|text| paste::is_several(text)) {
            event.prevent_default();
            send(ConsoleMsg::Pasted(text));
        }
    });
    vec![submit, key, edit, scroll, paste]
}

fn pasted(event: &Event) -> Option<String> {
    let event: &ClipboardEvent = event.dyn_ref()?;
    event.clipboard_data()?.get_data("text").ok()
}

/// The key of an event, if it has a meaning here.
fn key_of(event: &Event, field: &HtmlInputElement) -> Option<Key> {
    let event: &KeyboardEvent = event.dyn_ref()?;
    if event.is_composing() || event.alt_key() || event.meta_key() {
        return None;
    }
    match (event.key().as_str(), event.ctrl_key()) {
        ("ArrowUp", false) => Some(Key::Up),
        ("ArrowDown", false) => Some(Key::Down),
        ("Tab", false) => Some(if event.shift_key() { Key::BackTab } else { Key::Tab }),
        ("Escape", false) => Some(Key::Escape),
        ("l", true) => Some(Key::Clear),
        ("r", true) => Some(Key::Search),
        // With something selected it copies, as everywhere.
        ("c", true) => {
            let ends = (field.selection_start().ok(), field.selection_end().ok());
            (ends.0 == ends.1).then_some(Key::Interrupt)
        }
        _ => None,
    }
}
