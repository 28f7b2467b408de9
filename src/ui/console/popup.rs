//! The list above the input, as an element: a listbox that the input owns.

use web_sys::{HtmlElement, HtmlInputElement};

use super::ConsoleMsg;
use crate::ui::app::Msg;
use crate::ui::dom::{self, Listener, MissingElement, append, el, el_text, set_attr};
use crate::ui::inbox::Inbox;
use crate::view::console::Popup;
use crate::view::text;

/// The page's `#console-completions`.
pub struct PopupView {
    list: HtmlElement,
    input: HtmlInputElement,
    drawn: Option<Popup>,
    _listener: Listener,
}

impl PopupView {
    /// Makes the input a combobox with this list.
    ///
    /// # Errors
    /// When the page lacks the list.
    pub fn mount(inbox: &Inbox, input: &HtmlInputElement) -> Result<PopupView, MissingElement> {
        let list: HtmlElement = dom::by_id("console-completions")?;
        set_attr(&list, "role", "listbox");
        set_attr(&list, "aria-label", "Suggestions");
        set_attr(input, "role", "combobox");
        set_attr(input, "aria-autocomplete", "list");
        set_attr(input, "aria-controls", "console-completions");
        set_attr(input, "aria-expanded", "false");
        let on_choose = inbox.clone();
        // pointerdown, since a click would come after the input has lost the focus.
        let listener = Listener::cancelling(&list, "pointerdown", move |event| {
            event.prevent_default();
            if let Some((_, idx)) = dom::closest_attr(event, "data-choice")
                && let Ok(idx) = idx.parse()
            {
                on_choose.push(Msg::Console(ConsoleMsg::Choose(idx)));
            }
        });
        Ok(PopupView { list, input: input.clone(), drawn: None, _listener: listener })
    }

    /// Draws the list if it changed.
    pub fn render(&mut self, popup: Option<&Popup>) {
        if self.drawn.as_ref() == popup {
            return;
        }
        self.drawn = popup.cloned();
        dom::clear(&self.list);
        set_attr(&self.input, "aria-expanded", if popup.is_some() { "true" } else { "false" });
        // Removing an attribute that is not there is no failure.
        let _ = self.input.remove_attribute("aria-activedescendant");
        dom::set_hidden(&self.list, popup.is_none());
        let Some(popup) = popup else { return };
        if popup.is_empty() {
            append(&self.list, &el_text("div", "choice-none", text::NO_LINE_MATCHES));
        }
        let note = popup.note();
        for idx in 0..popup.len() {
            let Some((text, note)) = popup.choice(idx) else { continue };
            let option = el("div", "choice");
            let id = format!("console-choice-{idx}");
            set_attr(&option, "id", &id);
            set_attr(&option, "role", "option");
            set_attr(&option, "data-choice", &idx.to_string());
            let is_selected = popup.selected() == Some(idx);
            set_attr(&option, "aria-selected", if is_selected { "true" } else { "false" });
            append(&option, &el_text("code", "choice-text", text));
            if !note.is_empty() {
                append(&option, &el_text("span", "choice-note", note));
            }
            append(&self.list, &option);
            if is_selected {
                set_attr(&self.input, "aria-activedescendant", &id);
                let (top, height) = (option.offset_top(), option.offset_height());
                let (seen, n_seen) = (self.list.scroll_top(), self.list.client_height());
                if top < seen || seen + n_seen < top + height {
                    self.list.set_scroll_top(top);
                }
            }
        }
        if !note.is_empty() {
            append(&self.list, &el_text("div", "choice-none", &note));
        }
    }
}
