//! What the console keeps for the next visit: the history, the tabs, what is shown.

use crate::limits::HISTORY_LINES_KEPT;
use crate::ui::app::Msg;
use crate::ui::storage::database::Contents;
use crate::view::console::{History, Tabs};

/// What was kept.
pub struct Kept {
    /// The typed lines.
    pub history: History,
    /// The tabs.
    pub tabs: Tabs,
    /// Lines of services are shown.
    pub shows_services: bool,
    /// Replies are shown as bytes.
    pub raw: bool,
}

/// Reads what was kept; what is damaged is as on a first visit.
pub fn read(contents: &Contents) -> Kept {
    let value = |name: &str| {
        let found = contents.values.iter().find(|(known, _)| known == name);
        found.and_then(|(_, text)| text.as_deref()).unwrap_or_default()
    };
    let history = History::restored(value("history").lines().map(str::to_owned));
    let mut names = Vec::new();
    let (mut closed, mut active) = (Vec::new(), "");
    let (mut shows_services, mut raw) = (false, false);
    for line in value("console").lines() {
        match line.split_once(' ') {
            Some(("tab", name)) => names.push(name),
            Some(("closed", name)) => closed.push(name),
            Some(("active", name)) => active = name,
            Some(("show", "services")) => shows_services = true,
            Some(("show", "raw")) => raw = true,
            _ => {}
        }
    }
    Kept { history, tabs: Tabs::restored(names, closed, active), shows_services, raw }
}

/// The history, to be kept.
pub fn history(history: &History) -> Msg {
    let lines = history.lines();
    let first = lines.len().saturating_sub(HISTORY_LINES_KEPT);
    Msg::Keep { name: "history", text: lines[first..].join("\n") }
}

/// The tabs and what is shown, to be kept.
pub fn view(tabs: &Tabs, shows_services: bool, raw: bool) -> Msg {
    let mut text = format!("active {}\n", tabs.active().who);
    for tab in tabs.all() {
        text.push_str(&format!("tab {}\n", tab.who));
    }
    for who in tabs.closed() {
        text.push_str(&format!("closed {who}\n"));
    }
    for (is_on, name) in [(shows_services, "services"), (raw, "raw")] {
        if is_on {
            text.push_str(&format!("show {name}\n"));
        }
    }
    Msg::Keep { name: "console", text }
}
