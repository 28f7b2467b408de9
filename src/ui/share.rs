//! A session as a link or a file, and back.
//!
//! A link or a file is only looked at first: what it holds is shown, and nothing is replaced before
//! the user says so.

use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{File, FileReader, HtmlDialogElement, HtmlElement, HtmlInputElement};

use super::app::{Changes, Msg, Pane, State};
use super::dom::{self, Listener, MissingElement, append, el, el_text, set_attr};
use super::inbox::Inbox;
use crate::limits::FILE_BYTES_MAX;
use crate::sim::Session;
use crate::sim::share::{self, Decoded, ShareError};
use crate::view::text;

/// What happens around sharing.
#[derive(Debug)]
pub enum ShareMsg {
    /// The button that opens the dialog.
    Open,
    /// The dialog is to be closed.
    Close,
    /// The link is to be copied.
    Copy,
    /// The link was copied, or not.
    Copied(bool),
    /// The session is to be saved as a file.
    Save,
    /// A file was chosen.
    Chosen(File),
    /// A file was read, or why not.
    Read(Result<Vec<u8>, String>),
    /// The address of the page may name a session.
    Address,
    /// The session that was shown replaces the present one.
    Take,
}

/// The dialog.
pub struct SharePane {
    inbox: Inbox,
    dialog: HtmlDialogElement,
    title: HtmlElement,
    body: HtmlElement,
    link: Option<String>,
    offered: Option<Decoded>,
    reader: Option<(FileReader, [Listener; 2])>,
    _listeners: Vec<Listener>,
}

/// What the file is called.
const FILE_NAME: &str = "session.streamlanes";
/// A link's fragment begins with the first bytes of the format.
const FRAGMENT_START: &str = "U0w";

impl SharePane {
    /// Mounts the dialog.
    ///
    /// # Errors
    /// When the page lacks an element.
    pub fn mount(inbox: &Inbox) -> Result<SharePane, MissingElement> {
        let dialog: HtmlDialogElement = dom::by_id("share")?;
        let open: HtmlElement = dom::by_id("share-open")?;
        let close: HtmlElement = dom::by_id("share-close")?;
        // Removing an attribute that is not there is no failure.
        let _ = open.remove_attribute("disabled");
        let sends = |target: &web_sys::EventTarget, kind: &'static str, msg: fn() -> ShareMsg| {
            let inbox = inbox.clone();
            Listener::new(target, kind, move |_| inbox.push(Msg::Share(msg())))
        };
        let window = dom::window();
        let (on_click, on_change) = (inbox.clone(), inbox.clone());
        let listeners = vec![
            sends(&open, "click", || ShareMsg::Open),
            sends(&close, "click", || ShareMsg::Close),
            sends(&window, "hashchange", || ShareMsg::Address),
            Listener::new(&dialog, "click", move |event| {
                if let Some((_, act)) = dom::closest_attr(event, "data-share") {
                    on_click.push(Msg::Share(match act.as_str() {
                        "copy" => ShareMsg::Copy,
                        "save" => ShareMsg::Save,
                        "take" => ShareMsg::Take,
                        _ => ShareMsg::Close,
                    }));
                }
            }),
            Listener::new(&dialog, "change", move |event| {
                let input = event.target().and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
                let file = input.and_then(|input| input.files()).and_then(|files| files.get(0));
                if let Some(file) = file {
                    on_change.push(Msg::Share(ShareMsg::Chosen(file)));
                }
            }),
        ];
        inbox.push(Msg::Share(ShareMsg::Address));
        Ok(SharePane {
            inbox: inbox.clone(),
            dialog,
            title: dom::by_id("share-title")?,
            body: dom::by_id("share-body")?,
            link: None,
            offered: None,
            reader: None,
            _listeners: listeners,
        })
    }

    fn on_message(&mut self, msg: &ShareMsg, session: &Session) {
        match msg {
            ShareMsg::Open => self.show_own(session),
            ShareMsg::Close => {
                self.offered = None;
                self.dialog.close();
                forget_address();
            }
            ShareMsg::Copy => {
                let inbox = self.inbox.clone();
                dom::copy(self.link.as_deref().unwrap_or_default(), move |ok| {
                    inbox.push(Msg::Share(ShareMsg::Copied(ok)));
                });
            }
            ShareMsg::Copied(ok) => self.say(if *ok { text::COPIED } else { text::NOT_COPIED }),
            ShareMsg::Save => {
                if dom::save_file(FILE_NAME, &share::to_file(&session.save())).is_err() {
                    self.say(text::NOT_SAVED);
                }
            }
            ShareMsg::Chosen(file) => self.read_file(file),
            ShareMsg::Read(result) => {
                self.reader = None;
                match result {
                    Ok(bytes) => self.offer(share::from_file(bytes)),
                    Err(problem) => self.say(problem),
                }
            }
            ShareMsg::Address => {
                let hash = dom::window().location().hash().unwrap_or_default();
                let fragment = hash.trim_start_matches('#');
                if fragment.starts_with(FRAGMENT_START) {
                    self.offer(share::from_link(fragment));
                }
            }
            ShareMsg::Take => {
                if let Some(decoded) = self.offered.take() {
                    self.inbox.push(Msg::Load(Rc::new(Session::load(decoded.saved))));
                    self.inbox.push(Msg::Notice(text::OPENED.to_owned()));
                }
                self.dialog.close();
                forget_address();
            }
        }
    }

    /// Shows the present session's link.
    #[inline(never)]
    fn show_own(&mut self, session: &Session) {
        dom::set_text(&self.title, text::SHARE_TITLE);
        dom::clear(&self.body);
        let fragment = share::to_link(&session.save());
        self.link = fragment.as_ref().ok().map(|fragment| address_with(fragment));
        match (&self.link, fragment) {
            (Some(link), _) => {
                append(&self.body, &el_text("p", "quiet", text::SHARE_ABOUT));
                let field = el("input", "share-link");
                for (name, value) in
                    [("type", "text"), ("readonly", ""), ("aria-label", text::SHARE_LINK)]
                {
                    set_attr(&field, name, value);
                }
                set_attr(&field, "value", link);
                append(&self.body, &field);
            }
            (None, Err(problem)) => {
                let sentence = text::no_link(&text::share_error(&problem));
                append(&self.body, &el_text("p", "", &sentence));
            }
            (None, Ok(_)) => {}
        }
        let actions = el("p", "share-actions");
        if self.link.is_some() {
            append(&actions, &act("copy", text::COPY_LINK, true));
        }
        append(&actions, &act("save", text::SAVE_FILE, self.link.is_none()));
        append(&self.body, &actions);
        let label = el_text("label", "share-file", text::OPEN_FILE);
        let file = el("input", "");
        set_attr(&file, "type", "file");
        append(&label, &file);
        append(&self.body, &label);
        self.say("");
        self.open();
    }

    /// Shows what a link or a file holds.
    #[inline(never)]
    fn offer(&mut self, decoded: Result<Decoded, ShareError>) {
        dom::set_text(&self.title, text::OFFER_TITLE);
        dom::clear(&self.body);
        match decoded {
            Ok(decoded) => {
                for problem in &decoded.problems {
                    append(
                        &self.body,
                        &el_text("p", "share-problem", &text::share_damage(problem)),
                    );
                }
                let lines = text::session_lines(&decoded.saved).join("\n");
                let about = el_text("pre", "share-about", &lines);
                set_attr(&about, "tabindex", "0");
                append(&self.body, &about);
                append(&self.body, &el_text("p", "quiet", text::OFFER_ABOUT));
                let actions = el("p", "share-actions");
                append(&actions, &act("take", text::OFFER_TAKE, true));
                append(&actions, &act("close", text::OFFER_LEAVE, false));
                append(&self.body, &actions);
                self.offered = Some(decoded);
            }
            Err(problem) => {
                self.offered = None;
                let sentence = text::nothing_opened(&text::share_error(&problem));
                append(&self.body, &el_text("p", "share-problem", &sentence));
            }
        }
        self.open();
    }

    fn open(&self) {
        if !self.dialog.open() {
            // It fails only for a dialog that is open or not in the page.
            let _ = self.dialog.show_modal();
        }
    }

    /// A line at the end of the dialog that is read out.
    #[inline(never)]
    fn say(&self, sentence: &str) {
        let last = self.body.query_selector("[role=status]").ok().flatten();
        let line = last.unwrap_or_else(|| {
            let line = el("p", "quiet");
            set_attr(&line, "role", "status");
            append(&self.body, &line);
            line.unchecked_into()
        });
        dom::set_text(&line, sentence);
    }

    #[inline(never)]
    fn read_file(&mut self, file: &File) {
        if (FILE_BYTES_MAX as f64) < file.size() {
            let problem =
                ShareError::TooLong { n_bytes: file.size() as usize, n_max: FILE_BYTES_MAX };
            return self.offer(Err(problem));
        }
        let Ok(reader) = FileReader::new() else { return self.say(text::NOT_READ) };
        let (inbox, source) = (self.inbox.clone(), reader.clone());
        let done = Listener::new(&reader, "load", move |_| {
            let bytes = source.result().map(|buffer| js_sys::Uint8Array::new(&buffer).to_vec());
            let read = bytes.map_err(|_| text::NOT_READ.to_owned());
            inbox.push(Msg::Share(ShareMsg::Read(read)));
        });
        let inbox = self.inbox.clone();
        let failed = Listener::new(&reader, "error", move |_| {
            inbox.push(Msg::Share(ShareMsg::Read(Err(text::NOT_READ.to_owned()))));
        });
        if reader.read_as_array_buffer(file).is_err() {
            return self.say(text::NOT_READ);
        }
        self.reader = Some((reader, [done, failed]));
    }
}

impl Pane for SharePane {
    fn update(&mut self, msg: &Msg, state: &State) {
        if let Msg::Share(msg) = msg {
            self.on_message(msg, &state.session);
        }
    }

    fn render(&mut self, _state: &State, _changes: Changes) {}
}

fn act(name: &str, label: &str, is_primary: bool) -> HtmlElement {
    let button = dom::button(if is_primary { "button primary" } else { "button" }, label);
    set_attr(&button, "data-share", name);
    button
}

/// The page's address with this fragment.
fn address_with(fragment: &str) -> String {
    let href = dom::window().location().href().unwrap_or_default();
    let page = href.split('#').next().unwrap_or_default();
    format!("{page}#{fragment}")
}

/// Takes a session's fragment out of the address, so that a reload does not offer it again.
fn forget_address() {
    let location = dom::window().location();
    if !location.hash().unwrap_or_default().trim_start_matches('#').starts_with(FRAGMENT_START) {
        return;
    }
    let path = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    if let Ok(history) = dom::window().history() {
        // Refused in some frames; then a reload asks again.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
    }
}
