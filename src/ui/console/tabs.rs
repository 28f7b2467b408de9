//! The console's tabs and tools, as elements.

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement, HtmlInputElement, KeyboardEvent};

use super::ConsoleMsg;
use crate::sim::Session;
use crate::ui::app::Msg;
use crate::ui::dom::{self, Listener, MissingElement, append, button, el, el_text, set_attr};
use crate::ui::inbox::Inbox;
use crate::view::console::Tabs;
use crate::view::text;

/// A tab that is being named.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Naming {
    /// The open tab gets the name (else a new one does).
    pub renames: bool,
    /// The name to begin with.
    pub start: String,
}

/// What the bar shows beyond the tabs.
#[derive(Clone, Copy, Debug)]
pub struct Tools<'a> {
    /// Lines of services are shown.
    pub services: bool,
    /// Replies are shown as bytes.
    pub raw: bool,
    /// A name is being typed.
    pub naming: Option<&'a Naming>,
}

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
        set_attr(&bar, "aria-label", text::TABS);
        let services = tool(&tools, text::TOOL_SERVICES, "services", text::TOOL_SERVICES_ABOUT);
        let raw = tool(&tools, text::TOOL_RAW, "raw", text::TOOL_RAW_ABOUT);
        tool(&tools, text::TOOL_COPY, "copy", text::TOOL_COPY_ABOUT);
        let listeners = [(&bar, "click"), (&bar, "dblclick"), (&bar, "keydown"), (&tools, "click")]
            .map(|(target, kind)| {
                let inbox = inbox.clone();
                Listener::cancelling(target, kind, move |event| {
                    if let Some(msg) = msg_of(event) {
                        inbox.push(Msg::Console(msg));
                    }
                })
            });
        let drawn = String::new();
        Ok(TabBar { bar, services, raw, drawn, _listeners: listeners.into() })
    }

    /// Draws the tabs if they changed.
    pub fn render(&mut self, tabs: &Tabs, session: &Session, tools: Tools<'_>) {
        set_attr(&self.services, "aria-pressed", pressed(tools.services));
        set_attr(&self.raw, "aria-pressed", pressed(tools.raw));
        let waiting: Vec<_> = session
            .world()
            .clients()
            .filter(|client| !client.is_service && client.waiting.is_some())
            .map(|client| client.name)
            .collect();
        let is_waiting = |who: &std::rc::Rc<str>| waiting.contains(who);
        let picture = picture(tabs, is_waiting, tools.naming);
        if picture == self.drawn {
            return;
        }
        self.drawn = picture;
        dom::clear(&self.bar);
        let active = &tabs.active().who;
        for tab in tabs.all() {
            let is_active = tab.who == *active;
            if is_active && let Some(naming) = tools.naming.filter(|naming| naming.renames) {
                self.name_field(naming);
                continue;
            }
            let element = button("tab", &tab.who);
            set_attr(&element, "data-tab", &tab.who);
            set_attr(&element, "aria-pressed", pressed(is_active));
            if is_active {
                set_attr(&element, "title", text::TAB_RENAME);
            }
            if is_waiting(&tab.who) {
                set_attr(&element, "data-waiting", "true");
                append(&element, &el_text("span", "tab-waiting", " waits"));
            } else if 0 < tab.n_unread {
                let unread = el_text("span", "tab-unread", &tab.n_unread.to_string());
                set_attr(&unread, "title", "new replies");
                append(&element, &unread);
            }
            append(&self.bar, &element);
        }
        if let Some(naming) = tools.naming.filter(|naming| !naming.renames) {
            self.name_field(naming);
        }
        if 1 < tabs.all().len() {
            act(&self.bar, "×", "close", &text::tab_close(active));
        }
        act(&self.bar, "+", "new", text::TAB_NEW);
    }

    fn name_field(&self, naming: &Naming) {
        let field = el("input", "tab-name");
        set_attr(&field, "type", "text");
        set_attr(&field, "data-name", if naming.renames { "rename" } else { "new" });
        set_attr(&field, "aria-label", text::TAB_NAME);
        set_attr(&field, "autocapitalize", "off");
        set_attr(&field, "spellcheck", "false");
        set_attr(&field, "value", &naming.start);
        append(&self.bar, &field);
        if let Some(field) = field.dyn_ref::<HtmlInputElement>() {
            // It was just put into the page, so it can be focused.
            let _ = field.focus();
            field.select();
        }
    }
}

/// What is drawn, as a text that differs whenever the drawing would.
fn picture(
    tabs: &Tabs,
    is_waiting: impl Fn(&std::rc::Rc<str>) -> bool,
    naming: Option<&Naming>,
) -> String {
    let mut picture = tabs.active().who.to_string();
    for tab in tabs.all() {
        picture.push(if is_waiting(&tab.who) { '\u{1}' } else { '\u{2}' });
        picture.push_str(&tab.who);
        picture.push('\u{3}');
        picture.push_str(&tab.n_unread.to_string());
    }
    if let Some(naming) = naming {
        picture.push(if naming.renames { '\u{4}' } else { '\u{5}' });
    }
    picture
}

fn msg_of(event: &Event) -> Option<ConsoleMsg> {
    if event.type_() == "keydown" {
        let key = event.dyn_ref::<KeyboardEvent>()?.key();
        let Some((field, kind)) = dom::closest_attr(event, "data-name") else {
            let on_tab = dom::closest_attr(event, "data-tab").is_some();
            return (key == "F2" && on_tab).then_some(ConsoleMsg::StartRename);
        };
        return match key.as_str() {
            "Enter" => {
                event.prevent_default();
                let name = field.dyn_ref::<HtmlInputElement>()?.value();
                Some(ConsoleMsg::Named { renames: kind == "rename", name })
            }
            "Escape" => Some(ConsoleMsg::StopNaming),
            _ => None,
        };
    }
    if let Some((_, who)) = dom::closest_attr(event, "data-tab") {
        let renames = event.type_() == "dblclick";
        return Some(if renames { ConsoleMsg::StartRename } else { ConsoleMsg::SelectTab(who) });
    }
    let (_, act) = dom::closest_attr(event, "data-act").filter(|_| event.type_() == "click")?;
    Some(match act.as_str() {
        "new" => ConsoleMsg::NewTab,
        "close" => ConsoleMsg::CloseTab,
        "raw" => ConsoleMsg::ToggleRaw,
        "copy" => ConsoleMsg::CopyScript,
        _ => ConsoleMsg::ToggleServices,
    })
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
    let glyph = el_text("span", "", sign);
    set_attr(&glyph, "aria-hidden", "true");
    append(&element, &glyph);
    append(parent, &element);
}
