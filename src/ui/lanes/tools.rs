//! The buttons over the picture.

use web_sys::HtmlElement;

use super::LanesMsg;
use crate::ui::app::Msg;
use crate::ui::dom::{self, Listener, MissingElement};
use crate::ui::inbox::Inbox;

/// Follow, zoom, fit, list.
pub(super) struct Tools {
    follow: HtmlElement,
    list: HtmlElement,
    _listeners: Vec<Listener>,
}

impl Tools {
    /// Enables the buttons.
    pub(super) fn mount(inbox: &Inbox) -> Result<Tools, MissingElement> {
        let buttons = [
            ("lanes-follow", LanesMsg::ToggleFollow),
            ("lanes-zoom-out", LanesMsg::Zoom { factor: 1.0 / 1.5, at_x: None }),
            ("lanes-zoom-in", LanesMsg::Zoom { factor: 1.5, at_x: None }),
            ("lanes-fit", LanesMsg::Fit),
            ("lanes-as-list", LanesMsg::ToggleList),
        ];
        let mut listeners = Vec::new();
        for (id, message) in buttons {
            let button: HtmlElement = dom::by_id(id)?;
            let _ = button.remove_attribute("disabled");
            let inbox = inbox.clone();
            listeners.push(Listener::new(&button, "click", move |_| {
                inbox.push(Msg::Lanes(message.clone()));
            }));
        }
        Ok(Tools {
            follow: dom::by_id("lanes-follow")?,
            list: dom::by_id("lanes-as-list")?,
            _listeners: listeners,
        })
    }

    /// Shows what is switched on.
    pub(super) fn show(&self, follow: bool, list: bool) {
        let on_off = |on: bool| if on { "true" } else { "false" };
        dom::set_attr(&self.follow, "aria-pressed", on_off(follow));
        dom::set_attr(&self.list, "aria-pressed", on_off(list));
    }
}
