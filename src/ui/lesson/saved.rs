//! Progress that comes from a file.

use web_sys::{File, FileReader};

use super::LessonMsg;
use crate::ui::app::Msg;
use crate::ui::dom::Listener;
use crate::ui::inbox::Inbox;
use crate::view::text;

/// A file that is being read.
pub(super) struct Reading {
    reader: FileReader,
    _listeners: [Listener; 2],
}

/// The progress of a whole course takes a few kilobytes; what is longer is something else.
const BYTES_MAX: f64 = 65_536.0;

/// Reads a file; [`LessonMsg::Read`] follows.
///
/// # Errors
/// When it cannot be progress, or the browser refuses.
pub(super) fn read(file: &File, inbox: &Inbox) -> Result<Reading, String> {
    if BYTES_MAX < file.size() {
        return Err(text::nothing_opened(text::PROGRESS_TOO_LONG));
    }
    let refused = || text::NOT_READ.to_owned();
    let reader = FileReader::new().map_err(|_| refused())?;
    let done = |kind| {
        let inbox = inbox.clone();
        Listener::new(&reader, kind, move |_| inbox.push(Msg::Lesson(LessonMsg::Read)))
    };
    let listeners = [done("load"), done("error")];
    reader.read_as_text(file).map_err(|_| refused())?;
    Ok(Reading { reader, _listeners: listeners })
}

impl Reading {
    /// What the file says.
    pub(super) fn text(&self) -> Result<String, String> {
        let text = self.reader.result().ok().and_then(|text| text.as_string());
        text.ok_or_else(|| text::NOT_READ.to_owned())
    }
}
