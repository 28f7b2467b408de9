//! Elements and listeners, with the discipline that raw web-sys lacks.
//!
//! * Elements that the page promises are found by id ([`by_id`]); one that is missing is a clear
//!   error.
//! * Text only ever becomes text nodes ([`set_text`], [`el`]): nothing is parsed as HTML.
//! * A listener lives as long as its guard ([`Listener`]).
//!
//! Invariant: no `innerHTML`, no `forget()`.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use js_sys::{Function, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue, UnwrapThrowExt};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Node, Url, Window};
use web_sys::{Document, Element, Event, EventTarget, HtmlElement};

/// An element that the page should have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MissingElement {
    /// Its id.
    pub id: String,
    /// It exists, but is of another kind.
    pub wrong_kind: bool,
}

impl fmt::Display for MissingElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = if self.wrong_kind { "is of another kind" } else { "is missing" };
        write!(f, "the page's element #{} {problem}", self.id)
    }
}

impl From<MissingElement> for JsValue {
    fn from(missing: MissingElement) -> JsValue {
        js_sys::Error::new(&missing.to_string()).into()
    }
}

/// The window. A page without one cannot have loaded us.
pub fn window() -> Window {
    web_sys::window().expect_throw("a page has a window")
}

/// The document.
pub fn document() -> Document {
    window().document().expect_throw("a window has a document")
}

/// The wall clock in milliseconds since the page was opened; only differences mean anything.
pub fn wall_ms() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

/// The element with that id, as a `T`.
///
/// # Errors
/// [`MissingElement`] when the page has none, or one of another kind.
pub fn by_id<T: JsCast>(id: &str) -> Result<T, MissingElement> {
    let found = document().get_element_by_id(id);
    let missing = |wrong_kind| MissingElement { id: id.to_owned(), wrong_kind };
    found.ok_or_else(|| missing(false))?.dyn_into().map_err(|_| missing(true))
}

/// A new element with a class (none if empty).
pub fn el(tag: &str, class: &str) -> HtmlElement {
    let element = document().create_element(tag).expect_throw("our tag names are valid");
    if !class.is_empty() {
        element.set_class_name(class);
    }
    element.unchecked_into()
}

/// A new element with a class and a text.
pub fn el_text(tag: &str, class: &str, text: &str) -> HtmlElement {
    let element = el(tag, class);
    element.set_text_content(Some(text));
    element
}

/// A new button that submits nothing.
pub fn button(class: &str, text: &str) -> HtmlElement {
    let element = el_text("button", class, text);
    set_attr(&element, "type", "button");
    element
}

/// Appends `child`; a child that is elsewhere moves here.
pub fn append(parent: &Node, child: &Node) {
    // The only failure is a cycle, which we never build.
    let _ = parent.append_child(child);
}

/// Removes everything below `node`.
pub fn clear(node: &Node) {
    node.set_text_content(None);
}

/// Sets the text if it differs, so that an unchanged label costs no layout and no announcement.
pub fn set_text(node: &Node, text: &str) {
    if node.text_content().as_deref() != Some(text) {
        node.set_text_content(Some(text));
    }
}

/// Sets an attribute if it differs.
pub fn set_attr(element: &Element, name: &str, value: &str) {
    if element.get_attribute(name).as_deref() != Some(value) {
        // The only failure is an invalid name, and our names are constants.
        let _ = element.set_attribute(name, value);
    }
}

/// Shows or hides an element.
pub fn set_hidden(element: &HtmlElement, hidden: bool) {
    if element.hidden() != hidden {
        element.set_hidden(hidden);
    }
}

/// The nearest ancestor (or `target` itself) of an event that has attribute `name`, and its value:
/// how one listener on a list serves all of its rows.
pub fn closest_attr(event: &Event, name: &str) -> Option<(Element, String)> {
    let mut at = event.target()?.dyn_into::<Element>().ok();
    while let Some(element) = at {
        if let Some(value) = element.get_attribute(name) {
            return Some((element, value));
        }
        at = element.parent_element();
    }
    None
}

thread_local! {
    static N_LISTENERS: Cell<usize> = const { Cell::new(0) };
}

/// How many listeners are alive; the tests mount and drop panes and count.
pub fn n_listeners() -> usize {
    N_LISTENERS.with(Cell::get)
}

/// A listener that is removed when this guard is dropped.
#[derive(Debug)]
#[must_use = "dropping the guard removes the listener"]
pub struct Listener {
    _inner: EventListener,
}

impl Listener {
    /// Calls `run` for every `kind` event at `target`. The handler can not cancel the event's
    /// default action; see [`Listener::cancelling`].
    pub fn new(
        target: &EventTarget,
        kind: &'static str,
        run: impl FnMut(&Event) + 'static,
    ) -> Listener {
        Listener::wrap(EventListener::new(target, kind, run))
    }

    /// The same for a handler that may call `prevent_default`.
    pub fn cancelling(
        target: &EventTarget,
        kind: &'static str,
        run: impl FnMut(&Event) + 'static,
    ) -> Listener {
        let options = EventListenerOptions::enable_prevent_default();
        Listener::wrap(EventListener::new_with_options(target, kind, options, run))
    }

    fn wrap(inner: EventListener) -> Listener {
        N_LISTENERS.with(|n| n.set(n.get() + 1));
        Listener { _inner: inner }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        N_LISTENERS.with(|n| n.set(n.get().saturating_sub(1)));
    }
}

/// Copies a text; `done` gets whether the browser did. Browsers refuse in insecure pages and in
/// frames without permission.
pub fn copy(text: &str, done: impl FnOnce(bool) + 'static) {
    let navigator: JsValue = window().navigator().into();
    let has_clipboard =
        Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|clipboard| clipboard.is_object());
    if !has_clipboard {
        return done(false);
    }
    let promise = window().navigator().clipboard().write_text(text);
    let done: Rc<Cell<Option<Done>>> = Rc::new(Cell::new(Some(Box::new(done))));
    let call = |ok: bool| {
        let done = Rc::clone(&done);
        Closure::once_into_js(move || {
            if let Some(done) = done.take() {
                done(ok);
            }
        })
    };
    let (yes, no) = (call(true), call(false));
    let thenable: &Thenable = promise.unchecked_ref();
    thenable.then(yes.unchecked_ref(), no.unchecked_ref());
}

/// Offers bytes as a file to save.
///
/// # Errors
/// When the browser refuses.
pub fn save_file(name: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let options = BlobPropertyBag::new();
    options.set_type("application/octet-stream");
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let anchor: HtmlAnchorElement = el("a", "").unchecked_into();
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    Url::revoke_object_url(&url)
}

type Done = Box<dyn FnOnce(bool)>;

#[wasm_bindgen]
extern "C" {
    /// A promise whose callbacks are plain functions.
    type Thenable;
    #[wasm_bindgen(method)]
    fn then(this: &Thenable, yes: &Function, no: &Function);
}
