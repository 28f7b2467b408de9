//! A row of words to press, so that a line can be built on a phone without typing.

use web_sys::HtmlElement;

use super::ConsoleMsg;
use crate::ui::app::Msg;
use crate::ui::dom::{self, Listener, MissingElement, append, button, set_attr};
use crate::ui::inbox::Inbox;
use crate::view::text;

/// The page's `#console-chips`.
pub struct Chips {
    row: HtmlElement,
    drawn: Vec<String>,
    _listener: Listener,
}

impl Chips {
    /// Mounts the row.
    ///
    /// # Errors
    /// When the page lacks it.
    pub fn mount(inbox: &Inbox) -> Result<Chips, MissingElement> {
        let row: HtmlElement = dom::by_id("console-chips")?;
        set_attr(&row, "role", "group");
        set_attr(&row, "aria-label", text::CHIPS);
        let on_press = inbox.clone();
        let listener = Listener::new(&row, "click", move |event| {
            if let Some((_, word)) = dom::closest_attr(event, "data-chip") {
                on_press.push(Msg::Console(ConsoleMsg::Chip(word)));
            } else if dom::closest_attr(event, "data-run").is_some() {
                on_press.push(Msg::Console(ConsoleMsg::RunChip));
            }
        });
        Ok(Chips { row, drawn: Vec::new(), _listener: listener })
    }

    /// Whether the page shows the row (it does on narrow screens).
    pub fn is_shown(&self) -> bool {
        0 < self.row.client_width()
    }

    /// Draws the words, and the button that runs the line when it could be complete.
    pub fn render(&mut self, words: &[&str], may_run: bool) {
        let mut picture: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        if may_run {
            picture.push("\n".to_owned());
        }
        if picture == self.drawn {
            return;
        }
        self.drawn = picture;
        dom::clear(&self.row);
        if may_run {
            let run = button("chip chip-run", "Run");
            set_attr(&run, "data-run", "");
            append(&self.row, &run);
        }
        for word in words {
            let chip = button("chip", word);
            set_attr(&chip, "data-chip", word);
            append(&self.row, &chip);
        }
        self.row.set_scroll_left(0);
    }
}
