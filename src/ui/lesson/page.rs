//! From lesson to lesson without loading the page anew: the next lesson's page is fetched, and its
//! lesson moves into this page. Without a script, and when that fails, a link is only a link.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Document, Element, Event, HtmlAnchorElement, HtmlElement, HtmlLinkElement, MouseEvent,
    XmlHttpRequest, XmlHttpRequestResponseType,
};

use super::LessonMsg;
use crate::ui::app::Msg;
use crate::ui::dom::{self, Listener};
use crate::ui::inbox::Inbox;

/// A page on its way. Dropping it means that it is no longer wanted.
pub(super) struct Fetch {
    request: XmlHttpRequest,
    /// Its address.
    pub(super) url: String,
    /// The browser went back or forward: the history has this address already.
    pub(super) in_history: bool,
    _listeners: [Listener; 2],
}

impl Drop for Fetch {
    fn drop(&mut self) {
        // A request that is done cannot be aborted, which is no failure.
        let _ = self.request.abort();
    }
}

/// Asks for a page; [`LessonMsg::Arrived`] follows. The browser parses it as a document in which
/// nothing runs, so that no text of ours becomes markup.
///
/// # Errors
/// When the browser refuses.
pub(super) fn fetch(url: String, in_history: bool, inbox: &Inbox) -> Result<Fetch, JsValue> {
    let request = XmlHttpRequest::new()?;
    request.open("GET", &url)?;
    request.set_response_type(XmlHttpRequestResponseType::Document);
    let arrives = |kind| {
        let inbox = inbox.clone();
        Listener::new(&request, kind, move |_| inbox.push(Msg::Lesson(LessonMsg::Arrived)))
    };
    let listeners = [arrives("load"), arrives("error")];
    request.send()?;
    Ok(Fetch { request, url, in_history, _listeners: listeners })
}

impl Fetch {
    /// The page that came, if it is one of the course.
    pub(super) fn document(&self) -> Option<Document> {
        if self.request.status().ok()? != 200 {
            return None;
        }
        let document: Document = self.request.response().ok()?.dyn_into().ok()?;
        document.get_element_by_id("lesson-body").map(|_| document)
    }
}

/// Makes the address of the page's icon independent of the page's own, which will change: browsers
/// look for it again.
pub(super) fn pin_icon() {
    if let Ok(Some(icon)) = dom::document().query_selector("link[rel=icon]") {
        let address = icon.unchecked_ref::<HtmlLinkElement>().href();
        dom::set_attr(&icon, "href", &address);
    }
}

/// Moves a page's lesson into this page, with its title and its language.
pub(super) fn take_in(document: &Document, body: &HtmlElement) {
    let here = dom::document();
    here.set_title(&document.title());
    if let (Some(root), Some(other)) = (here.document_element(), document.document_element())
        && let Some(language) = other.get_attribute("lang")
    {
        dom::set_attr(&root, "lang", &language);
    }
    // Focus that stands in the old lesson goes to the new one's heading.
    let had_focus = here.active_element().is_some_and(|element| body.contains(Some(&element)));
    dom::clear(body);
    if let Some(lesson) = document.get_element_by_id("lesson-body") {
        while let Some(node) = lesson.first_child() {
            dom::append(body, &node);
        }
    }
    body.set_scroll_top(0);
    if had_focus && let Ok(title) = dom::by_id::<HtmlElement>("lesson-title") {
        dom::set_attr(&title, "tabindex", "-1");
        // It fails only for what cannot take focus.
        let _ = title.focus();
    }
}

/// The address of the course's page to which a click leads, unless it is meant for a new tab or
/// leads out of the course.
pub(super) fn followed(event: &Event) -> Option<String> {
    let click = event.dyn_ref::<MouseEvent>()?;
    if click.button() != 0 || click.ctrl_key() || click.meta_key() || click.shift_key() {
        return None;
    }
    let (link, address) = dom::closest_attr(event, "href")?;
    let in_course = !address.contains([':', '#']) && address.ends_with(['/', 'l']);
    in_course.then(|| link.unchecked_into::<HtmlAnchorElement>().href())
}

/// The page's address without its fragment.
pub(super) fn address() -> String {
    let href = dom::window().location().href().unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_owned()
}

/// Notes that the page now shows this address.
pub(super) fn went_to(url: &str) {
    if let Ok(history) = dom::window().history() {
        // Refused in some frames; then only the address stays as it was.
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(url));
    }
}

/// Loads an address as a link does.
pub(super) fn load(url: &str) {
    // Refused only for addresses that are none.
    let _ = dom::window().location().assign(url);
}

/// Every element below `root` that a selector (a constant of ours) finds.
pub(super) fn elements(root: &HtmlElement, selector: &str) -> Vec<Element> {
    let Ok(found) = root.query_selector_all(selector) else { return Vec::new() };
    let nodes = (0..found.length()).filter_map(|idx| found.item(idx));
    nodes.filter_map(|node| node.dyn_into().ok()).collect()
}
