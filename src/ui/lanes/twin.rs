//! The twin on the page: headings and entries, one of which is in the tab order.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement, KeyboardEvent};

use super::LanesMsg;
use crate::sim::World;
use crate::ui::app::Msg;
use crate::ui::dom::{self, Listener, MissingElement};
use crate::ui::inbox::Inbox;
use crate::view::hit::Target;
use crate::view::lanes::Lanes;
use crate::view::twin::{self, Section};

/// The list beside the picture.
pub(super) struct Twin {
    root: HtmlElement,
    shown: Vec<Shown>,
    /// By the number that each entry's element carries.
    targets: Rc<RefCell<Vec<Target>>>,
    open: bool,
    _listeners: Vec<Listener>,
}

struct Shown {
    section: Section,
    title: HtmlElement,
    note: HtmlElement,
    list: HtmlElement,
}

impl Twin {
    /// Mounts the list.
    pub(super) fn mount(inbox: &Inbox) -> Result<Twin, MissingElement> {
        let root: HtmlElement = dom::by_id("lanes-twin")?;
        let targets = Rc::new(RefCell::new(Vec::new()));
        let _listeners = listeners(inbox, &root, &targets);
        Ok(Twin { root, shown: Vec::new(), targets, open: false, _listeners })
    }

    /// Whether it covers the picture.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// Shows the list instead of the picture, or back.
    pub(super) fn toggle(&mut self, stage: &HtmlElement) {
        self.open = !self.open;
        dom::set_attr(stage, "data-lanes-view", if self.open { "list" } else { "picture" });
    }

    /// Brings the list up to date. Elements stay where sections stay, so that the focus does.
    pub(super) fn render(&mut self, lanes: &mut Lanes, world: &World) {
        let sections = twin::describe(lanes, world).sections;
        let same = self.shown.len() == sections.len()
            && self.shown.iter().zip(&sections).all(|(old, new)| old.section.key == new.key);
        if !same {
            dom::clear(&self.root);
            self.shown = sections.iter().map(|section| self.append(section)).collect();
        }
        let mut targets = Vec::new();
        for (shown, section) in self.shown.iter_mut().zip(sections) {
            dom::set_text(&shown.title, &section.title);
            dom::set_text(&shown.note, &section.note);
            fill(&shown.list, &section, targets.len());
            targets.extend(section.entries.iter().map(|item| item.target));
            shown.section = section;
        }
        *self.targets.borrow_mut() = targets;
        self.keep_one_in_tab_order();
    }

    fn append(&self, section: &Section) -> Shown {
        let title = dom::el("h3", "");
        let note = dom::el("p", "");
        let list = dom::el("ul", "");
        for element in [&title, &note, &list] {
            dom::append(&self.root, element);
        }
        let entries = Vec::new();
        let section = Section { entries, ..section.clone() };
        Shown { section, title, note, list }
    }

    fn keep_one_in_tab_order(&self) {
        if self.root.query_selector("[tabindex='0']").ok().flatten().is_some() {
            return;
        }
        if let Ok(Some(first)) = self.root.query_selector("[data-target]") {
            dom::set_attr(&first, "tabindex", "0");
        }
    }
}

/// Gives a list as many elements as there are entries, and each its text.
fn fill(list: &HtmlElement, section: &Section, first_target: usize) {
    let n_entries = section.entries.len() as u32;
    dom::set_hidden(list, n_entries == 0);
    while n_entries < list.child_element_count() {
        if let Some(last) = list.last_element_child() {
            last.remove();
        }
    }
    while list.child_element_count() < n_entries {
        let item = dom::el("li", "");
        let button = dom::button("twin-entry", "");
        dom::set_attr(&button, "tabindex", "-1");
        dom::append(&item, &button);
        dom::append(list, &item);
    }
    let children = list.children();
    for (idx, item) in section.entries.iter().enumerate() {
        let Some(row) = children.item(idx as u32).and_then(|row| row.first_element_child()) else {
            continue;
        };
        dom::set_text(&row, &item.label);
        dom::set_attr(&row, "data-state", item.state);
        dom::set_attr(&row, "data-target", &(first_target + idx).to_string());
    }
}

fn listeners(
    inbox: &Inbox,
    root: &HtmlElement,
    targets: &Rc<RefCell<Vec<Target>>>,
) -> Vec<Listener> {
    let target_of = |targets: &Rc<RefCell<Vec<Target>>>, event: &Event| {
        let (_, number) = dom::closest_attr(event, "data-target")?;
        targets.borrow().get(number.parse::<usize>().ok()?).copied()
    };
    let (clicked, to) = (Rc::clone(targets), inbox.clone());
    let on_click = Listener::new(root, "click", move |event| {
        if let Some(target) = target_of(&clicked, event) {
            to.push(Msg::Lanes(LanesMsg::Open(target)));
        }
    });
    let (focused, to) = (Rc::clone(targets), inbox.clone());
    let on_focus = Listener::new(root, "focusin", move |event| {
        to.push(Msg::Lanes(LanesMsg::Focus(target_of(&focused, event))));
    });
    let to = inbox.clone();
    let on_blur = Listener::new(root, "focusout", move |_| {
        to.push(Msg::Lanes(LanesMsg::Focus(None)));
    });
    let at = root.clone();
    let on_key = Listener::cancelling(root, "keydown", move |event| rove(&at, event));
    vec![on_click, on_focus, on_blur, on_key]
}

/// Arrow keys walk over the entries; only one of them is in the tab order.
fn rove(root: &HtmlElement, event: &Event) {
    let Some(key) = event.dyn_ref::<KeyboardEvent>() else { return };
    let Ok(all) = root.query_selector_all("[data-target]") else { return };
    let Some((current, _)) = dom::closest_attr(event, "data-target") else { return };
    let at = (0..all.length()).find(|idx| all.item(*idx).as_ref() == Some(current.as_ref()));
    let Some(at) = at else { return };
    let next = match key.key().as_str() {
        "ArrowRight" | "ArrowDown" => (at + 1).min(all.length() - 1),
        "ArrowLeft" | "ArrowUp" => at.saturating_sub(1),
        "Home" => 0,
        "End" => all.length() - 1,
        _ => return,
    };
    event.prevent_default();
    let Some(next) = all.item(next).and_then(|node| node.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    dom::set_attr(&current, "tabindex", "-1");
    dom::set_attr(&next, "tabindex", "0");
    // An element that cannot take the focus just does not.
    let _ = next.focus();
}
