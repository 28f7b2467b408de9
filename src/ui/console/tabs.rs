//! The console's tabs and tools, as elements.

use web_sys::HtmlElement;

use super::ConsoleMsg;
use crate::sim::Session;
use crate::ui::app::Msg;
use crate::ui::dom::{self, Listener, MissingElement, append, button, el, set_attr};
use crate::ui::inbox::Inbox;
use crate::view::console::Tabs;

/// The tabs and the tools beside them.
pub struct TabBar {
    bar: HtmlElement,
    services: HtmlElement,
    raw: HtmlElement,
    /// What is drawn: redrawing takes the focus away.
    drawn: String,
    _listeners: Vec<Listener>,
}

impl TabBar {
    /// Fills the page's `#console-tabs` and `#console-tools`.
    ///
    /// # Errors
    /// When the page lacks them.
    pub fn mount(inbox: &Inbox) -> Result<TabBar, MissingElement> {
        let bar: HtmlElement = dom::by_id("console-tabs")?;
        let tools: HtmlElement = dom::by_id("console-tools")?;
        set_attr(&bar, "role", "group");
        set_attr(&bar, "aria-label", "Clients");
        let services = tool(&tools, "Services", "services", "Also show the lines of services");
        let raw = tool(&tools, "Raw", "raw", "Show replies as bytes on the wire");
        let (on_bar, on_tools) = (inbox.clone(), inbox.clone());
        let listeners = vec![
            Listener::new(&bar, "click", move |event| {
                if let Some((_, who)) = dom::closest_attr(event, "data-tab") {
                    on_bar.push(Msg::Console(ConsoleMsg::SelectTab(who)));
                } else if let Some((_, act)) = dom::closest_attr(event, "data-act") {
                    on_bar.push(Msg::Console(act_of(&act)));
                }
            }),
            Listener::new(&tools, "click", move |event| {
                if let Some((_, act)) = dom::closest_attr(event, "data-act") {
                    on_tools.push(Msg::Console(act_of(&act)));
                }
            }),
        ];
        Ok(TabBar { bar, services, raw, drawn: String::new(), _listeners: listeners })
    }

    /// Draws the tabs if they changed.
    pub fn render(&mut self, tabs: &Tabs, session: &Session, services: bool, raw: bool) {
        set_attr(&self.services, "aria-pressed", pressed(services));
        set_attr(&self.raw, "aria-pressed", pressed(raw));
        let active = &tabs.active().who;
        let waiting: Vec<_> = session
            .world()
            .clients()
            .filter(|client| !client.is_service && client.waiting.is_some())
            .map(|client| client.name)
            .collect();
        let mut picture = active.to_string();
        for tab in tabs.all() {
            let mark = if waiting.contains(&tab.who) { '\u{1}' } else { '\u{2}' };
            picture.push(mark);
            picture.push_str(&tab.who);
            picture.push_str(&tab.n_unread.to_string());
        }
        if picture == self.drawn {
            return;
        }
        self.drawn = picture;
        dom::clear(&self.bar);
        for tab in tabs.all() {
            let element = button("tab", &tab.who);
            set_attr(&element, "data-tab", &tab.who);
            set_attr(&element, "aria-pressed", pressed(tab.who == *active));
            if waiting.contains(&tab.who) {
                set_attr(&element, "data-waiting", "true");
                append(&element, &dom::el_text("span", "tab-waiting", " waits"));
            } else if 0 < tab.n_unread {
                append(&element, &dom::el_text("span", "tab-unread", &tab.n_unread.to_string()));
            }
            append(&self.bar, &element);
        }
        if 1 < tabs.all().len() {
            act(&self.bar, "×", "close", "Close this client's tab");
        }
        act(&self.bar, "+", "new", "Another client");
    }
}

fn pressed(on: bool) -> &'static str {
    if on { "true" } else { "false" }
}

fn tool(parent: &HtmlElement, text: &str, act: &str, title: &str) -> HtmlElement {
    let element = button("tool-button", text);
    set_attr(&element, "data-act", act);
    set_attr(&element, "title", title);
    append(parent, &element);
    element
}

fn act(parent: &HtmlElement, sign: &str, act: &str, name: &str) {
    let element = button("tab-act", "");
    set_attr(&element, "data-act", act);
    set_attr(&element, "aria-label", name);
    set_attr(&element, "title", name);
    let glyph = el("span", "");
    dom::set_text(&glyph, sign);
    set_attr(&glyph, "aria-hidden", "true");
    append(&element, &glyph);
    append(parent, &element);
}

fn act_of(act: &str) -> ConsoleMsg {
    match act {
        "new" => ConsoleMsg::NewTab,
        "close" => ConsoleMsg::CloseTab,
        "raw" => ConsoleMsg::ToggleRaw,
        _ => ConsoleMsg::ToggleServices,
    }
}
