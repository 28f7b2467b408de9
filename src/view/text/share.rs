//! The words with which a session is shared, offered and opened.

pub const SHARE_TITLE: &str = "Share this situation";
pub const SHARE_ABOUT: &str =
    "The link holds everything: the scenario, what was typed, and where the clock stands.";
pub const SHARE_LINK: &str = "Link to this situation";
pub const COPY_LINK: &str = "Copy link";
pub const SAVE_FILE: &str = "Save as a file";
pub const OPEN_FILE: &str = "Open a file: ";
pub const COPIED: &str = "Copied.";
pub const NOT_COPIED: &str = "The browser does not let this page copy: select the text instead.";
pub const NOT_SAVED: &str = "The browser does not let this page save a file.";
pub const NOT_READ: &str = "The file could not be read.";
pub const OFFER_TITLE: &str = "Open this session?";
pub const OFFER_ABOUT: &str = "It would replace the session that is open now. Nothing has run yet.";
pub const OFFER_TAKE: &str = "Open it";
pub const OFFER_LEAVE: &str = "Keep mine";
pub const OPENED: &str = "Another session was opened.";

/// Why there is a file and no link.
pub fn no_link(problem: &str) -> String {
    format!("There is no link: {problem}.")
}

/// Why a link or a file was not opened.
pub fn nothing_opened(problem: &str) -> String {
    format!("Nothing was opened: {problem}.")
}
