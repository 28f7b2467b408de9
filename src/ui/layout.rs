//! Sizes of the panes: splitters that are dragged or moved by keys and remembered, and the room
//! that an on-screen keyboard leaves.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent, PointerEvent, VisualViewport};

use super::app::{Changes, Msg, Pane, State};
use super::dom::{self, Listener, MissingElement};
use super::inbox::Inbox;
use super::storage::database::Contents;
use crate::view::within;

/// How far an arrow key moves a splitter, in pixels.
const KEY_PX: i32 = 24;
/// When the visible part is this much lower than the page, a keyboard is up.
const KEYBOARD_PX_MIN: i32 = 120;

/// What happens to the layout.
#[derive(Clone, PartialEq, Debug)]
pub enum LayoutMsg {
    /// A splitter was moved: its number, and the new size of its pane in pixels.
    Size { splitter_idx: usize, px: i32 },
    /// It was let go.
    Settled,
    /// The visible part of the page changed.
    Viewport,
    /// Fold the legend, or unfold it.
    ToggleLegend,
}

/// A splitter: the custom property that it changes, and which way makes its pane larger.
struct Splitter {
    name: &'static str,
    property: &'static str,
    /// The pane lies before the splitter, so moving right makes it larger.
    is_before: bool,
    is_horizontal: bool,
}

const SPLITTERS: [Splitter; 3] = [
    Splitter { name: "lesson", property: "--lesson-width", is_before: true, is_horizontal: false },
    Splitter { name: "side", property: "--side-width", is_before: false, is_horizontal: false },
    Splitter {
        name: "console",
        property: "--console-height",
        is_before: false,
        is_horizontal: true,
    },
];

/// The layout.
pub struct LayoutPane {
    inbox: Inbox,
    root: HtmlElement,
    elements: Vec<Element>,
    sizes: [Option<i32>; 3],
    viewport: Option<VisualViewport>,
    legend: Element,
    _listeners: Vec<Listener>,
}

impl LayoutPane {
    /// Mounts the splitters; sizes of the last visit are in `contents`.
    ///
    /// # Errors
    /// When the page lacks an element.
    pub fn mount(inbox: &Inbox, contents: &Contents) -> Result<LayoutPane, MissingElement> {
        let missing = |id: &str| MissingElement { id: id.to_owned(), wrong_kind: false };
        let document = dom::document();
        let root = document.document_element().and_then(|root| root.dyn_into().ok());
        let (mut elements, mut listeners) = (Vec::new(), Vec::new());
        for (idx, splitter) in SPLITTERS.iter().enumerate() {
            let selector = format!("[data-splitter={}]", splitter.name);
            let found = document.query_selector(&selector).ok().flatten();
            let element: HtmlElement = found
                .and_then(|found| found.dyn_into().ok())
                .ok_or_else(|| missing(splitter.name))?;
            listeners.extend(splitter_listeners(inbox, &element, idx));
            elements.push(element.into());
        }
        let viewport = dom::window().visual_viewport();
        if let Some(viewport) = &viewport {
            let resized = inbox.clone();
            listeners.push(Listener::new(viewport, "resize", move |_| {
                resized.push(Msg::Layout(LayoutMsg::Viewport));
            }));
        }
        let legend: Element = dom::by_id("legend-toggle")?;
        let to = inbox.clone();
        listeners.push(Listener::new(&legend, "click", move |_| {
            to.push(Msg::Layout(LayoutMsg::ToggleLegend));
        }));
        let mut pane = LayoutPane {
            inbox: inbox.clone(),
            root: root.ok_or_else(|| missing("html"))?,
            elements,
            sizes: [None; 3],
            viewport,
            legend,
            _listeners: listeners,
        };
        let stored = |wanted: &str| {
            let mut values = contents.values.iter();
            values.find(|(name, _)| name == wanted).and_then(|(_, text)| text.clone())
        };
        for (idx, word) in stored("layout").unwrap_or_default().split(' ').enumerate() {
            if let Ok(px) = word.parse() {
                pane.set(idx, px);
            }
        }
        match stored("legend") {
            Some(state) => pane.show_legend(state == "open"),
            None => {
                // The style sheet folds it where the page is narrow.
                let narrow = dom::window().match_media("(max-width: 1080px)").ok().flatten();
                let is_open = !narrow.is_some_and(|query| query.matches());
                dom::set_attr(
                    &pane.legend,
                    "aria-expanded",
                    if is_open { "true" } else { "false" },
                );
            }
        }
        Ok(pane)
    }

    fn set(&mut self, idx: usize, px: i32) {
        let (Some(splitter), Some(element)) = (SPLITTERS.get(idx), self.elements.get(idx)) else {
            return;
        };
        let limit = |name: &str, other: i32| {
            element.get_attribute(name).and_then(|text| text.parse().ok()).unwrap_or(other)
        };
        let px = within(px, limit("aria-valuemin", 0), limit("aria-valuemax", 640));
        dom::set_attr(element, "aria-valuenow", &px.to_string());
        // The value is a number with a unit: it cannot be refused.
        let _ = self.root.style().set_property(splitter.property, &format!("{px}px"));
        if let Some(size) = self.sizes.get_mut(idx) {
            *size = Some(px);
        }
    }

    fn show_legend(&self, is_open: bool) {
        dom::set_attr(&self.root, "data-legend", if is_open { "open" } else { "closed" });
        dom::set_attr(&self.legend, "aria-expanded", if is_open { "true" } else { "false" });
    }

    #[inline(never)]
    fn toggle_legend(&self) {
        let is_open = self.legend.get_attribute("aria-expanded").as_deref() != Some("true");
        self.show_legend(is_open);
        let text = if is_open { "open" } else { "closed" };
        self.inbox.push(Msg::Keep { name: "legend", text: text.to_owned() });
    }

    #[inline(never)]
    fn keep(&self) {
        let words = self.sizes.map(|size| size.map_or("-".to_owned(), |px| px.to_string()));
        self.inbox.push(Msg::Keep { name: "layout", text: words.join(" ") });
    }

    /// Leaves room for the on-screen keyboard, where the page itself does not shrink.
    fn fit_viewport(&self) {
        let Some(viewport) = &self.viewport else { return };
        let whole = dom::window().inner_height().ok().and_then(|px| px.as_f64()).unwrap_or(0.0);
        let visible = (viewport.height() * viewport.scale()) as i32;
        let is_up = KEYBOARD_PX_MIN < whole as i32 - visible;
        dom::set_attr(&self.root, "data-keyboard", if is_up { "up" } else { "down" });
        let style = self.root.style();
        if is_up {
            let _ = style.set_property("--view-height", &format!("{visible}px"));
        } else {
            let _ = style.remove_property("--view-height");
        }
    }
}

impl Pane for LayoutPane {
    fn update(&mut self, msg: &Msg, _state: &State) {
        match msg {
            Msg::Layout(LayoutMsg::Size { splitter_idx, px }) => self.set(*splitter_idx, *px),
            Msg::Layout(LayoutMsg::Settled) => self.keep(),
            Msg::Layout(LayoutMsg::Viewport) => self.fit_viewport(),
            Msg::Layout(LayoutMsg::ToggleLegend) => self.toggle_legend(),
            _ => {}
        }
    }

    fn render(&mut self, _state: &State, _changes: Changes) {}
}

/// Where a splitter was taken: the pointer, and the size of its pane.
type Grip = Rc<Cell<Option<(i32, i32)>>>;

fn splitter_listeners(inbox: &Inbox, element: &HtmlElement, idx: usize) -> Vec<Listener> {
    let grip: Grip = Rc::default();
    let Some(splitter) = SPLITTERS.get(idx) else { return Vec::new() };
    let along = |event: &PointerEvent, is_horizontal: bool| {
        if is_horizontal { event.client_y() } else { event.client_x() }
    };
    let (taken, at) = (Rc::clone(&grip), element.clone());
    let on_down = Listener::cancelling(element, "pointerdown", move |event| {
        let Some(event) = event.dyn_ref::<PointerEvent>() else { return };
        event.prevent_default();
        // Without capture the drag ends at the splitter's edge; nothing worse.
        let _ = at.set_pointer_capture(event.pointer_id());
        taken.set(Some((along(event, splitter.is_horizontal), size(&at))));
    });
    let (moved, to) = (Rc::clone(&grip), inbox.clone());
    let on_move = Listener::new(element, "pointermove", move |event| {
        let Some(event) = event.dyn_ref::<PointerEvent>() else { return };
        let Some((from, before)) = moved.get() else { return };
        let by = along(event, splitter.is_horizontal) - from;
        let px = if splitter.is_before { before + by } else { before - by };
        to.push(Msg::Layout(LayoutMsg::Size { splitter_idx: idx, px }));
    });
    let mut all = vec![on_down, on_move];
    for kind in ["pointerup", "pointercancel"] {
        let (ended, to) = (Rc::clone(&grip), inbox.clone());
        all.push(Listener::new(element, kind, move |_| {
            if ended.take().is_some() {
                to.push(Msg::Layout(LayoutMsg::Settled));
            }
        }));
    }
    let (at, to) = (element.clone(), inbox.clone());
    all.push(Listener::cancelling(element, "keydown", move |event| {
        if let Some(px) = key_size(event, splitter, size(&at)) {
            event.prevent_default();
            to.push(Msg::Layout(LayoutMsg::Size { splitter_idx: idx, px }));
            to.push(Msg::Layout(LayoutMsg::Settled));
        }
    }));
    all
}

/// The size of the pane, as the splitter says.
fn size(element: &HtmlElement) -> i32 {
    let text = element.get_attribute("aria-valuenow");
    text.and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// The size that a key asks for.
#[inline(never)]
fn key_size(event: &Event, splitter: &Splitter, now: i32) -> Option<i32> {
    let key = event.dyn_ref::<KeyboardEvent>()?.key();
    let forward = match (key.as_str(), splitter.is_horizontal) {
        ("ArrowRight", false) | ("ArrowDown", true) => true,
        ("ArrowLeft", false) | ("ArrowUp", true) => false,
        ("Home", _) => return Some(0),
        ("End", _) => return Some(i32::MAX),
        _ => return None,
    };
    let by = if forward == splitter.is_before { KEY_PX } else { -KEY_PX };
    Some(now.saturating_add(by))
}
