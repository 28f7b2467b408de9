//! One tab for each client.

use std::rc::Rc;

use crate::limits::{CLOSED_TABS_MAX, CONSOLE_CLIENTS_MAX};
use crate::sim::Origin;
use crate::view::console::rows::Mark;

/// The client that the console begins with.
pub const FIRST_CLIENT: &str = "you";
/// Names that a new client is offered, in this order.
const NAMES: [&str; 8] = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi"];
/// Longest name of a client, in bytes, as the world has it.
const NAME_BYTES_MAX: usize = crate::limits::NAME_BYTES_MAX;

/// One client's tab.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tab {
    /// The client.
    pub who: Rc<str>,
    /// What is typed there and was not sent.
    pub draft: String,
    /// Replies that came while another tab was open.
    pub n_unread: usize,
    /// Rows before this are not shown (Ctrl-L).
    pub cleared: Mark,
}

impl Tab {
    fn new(who: &str) -> Tab {
        Tab { who: who.into(), draft: String::new(), n_unread: 0, cleared: Mark::default() }
    }
}

/// The tabs; there is always one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tabs {
    tabs: Vec<Tab>,
    active: usize,
    /// Clients whose tab was closed: only a new line of theirs opens it again.
    closed: Vec<Rc<str>>,
}

/// Why a name cannot be a client's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NameProblem {
    /// Empty, too long, or with blanks or control characters (CLIENT SETNAME refuses those too).
    Invalid,
    /// There is such a tab.
    Taken,
    /// There are as many tabs as there can be clients.
    Full,
}

impl Default for Tabs {
    fn default() -> Tabs {
        Tabs { tabs: vec![Tab::new(FIRST_CLIENT)], active: 0, closed: Vec::new() }
    }
}

impl Tabs {
    /// The tabs of an earlier visit: names, and which was open.
    pub fn restored<'a>(
        names: impl IntoIterator<Item = &'a str>,
        closed: impl IntoIterator<Item = &'a str>,
        active: &str,
    ) -> Tabs {
        let mut tabs = Tabs::default();
        for name in names {
            // A name that is wrong or twice comes from a damaged store: leave it out.
            let _ = tabs.open(name);
        }
        for name in closed {
            tabs.close(name);
            tabs.remember_closed(name.into());
        }
        tabs.select(active);
        tabs
    }

    /// Clients whose tab was closed, the newest of them.
    pub fn closed(&self) -> &[Rc<str>] {
        &self.closed
    }

    /// Takes the drafts of the same tabs over.
    pub fn keep_drafts_of(&mut self, other: &Tabs) {
        for tab in &mut self.tabs {
            if let Some(same) = other.tabs.iter().find(|it| it.who == tab.who) {
                tab.draft.clone_from(&same.draft);
            }
        }
    }

    /// All tabs, left to right.
    pub fn all(&self) -> &[Tab] {
        &self.tabs
    }

    /// The open tab.
    pub fn active(&self) -> &Tab {
        &self.tabs[self.active]
    }

    /// The open tab, to change it.
    pub fn active_mut(&mut self) -> &mut Tab {
        &mut self.tabs[self.active]
    }

    /// Opens that client's tab, if there is one.
    pub fn select(&mut self, who: &str) {
        if let Some(idx) = self.place(who) {
            self.active = idx;
            self.tabs[idx].n_unread = 0;
        }
    }

    /// The next tab, or the one before.
    pub fn cycle(&mut self, forward: bool) {
        let n_tabs = self.tabs.len();
        let step = if forward { 1 } else { n_tabs - 1 };
        let who = Rc::clone(&self.tabs[(self.active + step) % n_tabs].who);
        self.select(&who);
    }

    /// A name for the next client.
    pub fn suggestion(&self) -> String {
        let free = NAMES.iter().find(|name| self.place(name).is_none());
        let numbered = || (1..).map(|n| format!("client-{n}")).find(|it| self.place(it).is_none());
        free.map_or_else(|| numbered().unwrap_or_default(), |name| (*name).to_owned())
    }

    /// Makes a tab and opens it.
    ///
    /// # Errors
    /// When the name is not one, or taken.
    pub fn open(&mut self, who: &str) -> Result<(), NameProblem> {
        self.check_name(who)?;
        if self.is_full() {
            return Err(NameProblem::Full);
        }
        self.closed.retain(|closed| **closed != *who);
        self.tabs.push(Tab::new(who));
        self.active = self.tabs.len() - 1;
        Ok(())
    }

    /// Gives the open tab's place to another client: a client is its name.
    ///
    /// # Errors
    /// When the name is not one, or taken.
    pub fn rename(&mut self, who: &str) -> Result<(), NameProblem> {
        if *self.active().who == *who {
            return Ok(());
        }
        self.check_name(who)?;
        let draft = std::mem::take(&mut self.active_mut().draft);
        let tab = Tab { draft, ..Tab::new(who) };
        let old = std::mem::replace(self.active_mut(), tab);
        self.remember_closed(old.who);
        Ok(())
    }

    /// Closes a tab; the last one stays.
    pub fn close(&mut self, who: &str) {
        let Some(idx) = self.place(who).filter(|_| 1 < self.tabs.len()) else { return };
        let old = self.tabs.remove(idx);
        self.remember_closed(old.who);
        if idx < self.active || self.active == self.tabs.len() {
            self.active -= 1;
        }
        self.active_mut().n_unread = 0;
    }

    /// A line of that client was sent: if it was a person (or a button), it gets a tab. False if
    /// there is no room for one.
    pub fn saw_line(&mut self, who: &Rc<str>, from: Origin) -> bool {
        if from != Origin::Human || self.place(who).is_some() {
            return true;
        }
        if self.is_full() {
            return false;
        }
        self.closed.retain(|closed| closed != who);
        self.tabs.push(Tab::new(who));
        true
    }

    /// The same for a line of long ago (the page was loaded, the world replaced).
    pub fn saw_old_line(&mut self, who: &Rc<str>, from: Origin) -> bool {
        self.closed.contains(who) || self.saw_line(who, from)
    }

    /// A reply for that client came.
    pub fn saw_reply(&mut self, who: &str) {
        if let Some(idx) = self.place(who).filter(|idx| *idx != self.active) {
            self.tabs[idx].n_unread += 1;
        }
    }

    /// Rows of another world: nothing is unread, nothing is cleared away.
    pub fn world_changed(&mut self) {
        for tab in &mut self.tabs {
            tab.n_unread = 0;
            tab.cleared = Mark::default();
        }
    }

    fn is_full(&self) -> bool {
        CONSOLE_CLIENTS_MAX <= self.tabs.len()
    }

    fn remember_closed(&mut self, who: Rc<str>) {
        self.closed.push(who);
        let n_over = self.closed.len().saturating_sub(CLOSED_TABS_MAX);
        self.closed.drain(..n_over);
    }

    fn place(&self, who: &str) -> Option<usize> {
        self.tabs.iter().position(|tab| *tab.who == *who)
    }

    fn check_name(&self, who: &str) -> Result<(), NameProblem> {
        let plain = who.chars().all(|c| !c.is_whitespace() && !c.is_control());
        if who.is_empty() || NAME_BYTES_MAX < who.len() || !plain {
            return Err(NameProblem::Invalid);
        }
        if self.place(who).is_some() { Err(NameProblem::Taken) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(tabs: &Tabs) -> Vec<&str> {
        tabs.all().iter().map(|tab| &*tab.who).collect()
    }

    #[test]
    fn tabs_open_close_and_rename() {
        let mut tabs = Tabs::default();
        assert_eq!(tabs.suggestion(), "alice");
        tabs.open("alice").unwrap();
        assert_eq!(tabs.open("alice"), Err(NameProblem::Taken));
        for name in ["", "a b", "a\nb", &"x".repeat(NAME_BYTES_MAX + 1)] {
            assert_eq!(tabs.open(name), Err(NameProblem::Invalid), "{name:?}");
        }
        tabs.rename("bob").unwrap();
        assert_eq!((names(&tabs), &*tabs.active().who), (vec!["you", "bob"], "bob"));
        tabs.close("bob");
        tabs.close("you");
        assert_eq!((names(&tabs), &*tabs.active().who), (vec!["you"], "you"));
    }

    #[test]
    fn there_are_as_many_tabs_as_clients_and_no_more() {
        let mut tabs = Tabs::default();
        for n in 1..CONSOLE_CLIENTS_MAX {
            assert!(tabs.saw_line(&format!("c{n}").into(), Origin::Human));
        }
        assert!(!tabs.saw_line(&"late".into(), Origin::Human));
        assert!(!tabs.saw_old_line(&"late".into(), Origin::Human));
        assert!(tabs.saw_line(&"c1".into(), Origin::Human));
        assert!(tabs.saw_line(&"a-service".into(), Origin::Service));
        assert_eq!(tabs.open("late"), Err(NameProblem::Full));
        assert_eq!(tabs.all().len(), CONSOLE_CLIENTS_MAX);
        tabs.close("c1");
        assert_eq!(tabs.open("late"), Ok(()));
        // A name beside the others is no further tab.
        assert_eq!(tabs.rename("later"), Ok(()));
    }

    #[test]
    fn of_closed_tabs_the_newest_are_remembered() {
        let mut tabs = Tabs::default();
        for n in 0..CLOSED_TABS_MAX + 5 {
            tabs.open(&format!("c{n}")).unwrap();
            tabs.close(&format!("c{n}"));
        }
        assert_eq!(tabs.closed().len(), CLOSED_TABS_MAX);
        assert_eq!(&*tabs.closed()[0], "c5");
    }

    #[test]
    fn closing_a_tab_on_the_left_keeps_the_open_one() {
        let mut tabs = Tabs::restored(["a", "b", "a", " "], [], "b");
        assert_eq!((names(&tabs), &*tabs.active().who), (vec!["you", "a", "b"], "b"));
        tabs.close("you");
        assert_eq!(&*tabs.active().who, "b");
        tabs.cycle(true);
        assert_eq!(&*tabs.active().who, "a");
        tabs.cycle(false);
        assert_eq!(&*tabs.active().who, "b");
    }

    #[test]
    fn a_person_elsewhere_gets_a_tab_and_a_service_does_not() {
        let mut tabs = Tabs::default();
        tabs.saw_line(&"billing-1".into(), Origin::Service);
        tabs.saw_line(&"operator".into(), Origin::Human);
        tabs.saw_reply("operator");
        assert_eq!(names(&tabs), ["you", "operator"]);
        assert_eq!(tabs.all()[1].n_unread, 1);
        tabs.select("operator");
        assert_eq!(tabs.all()[1].n_unread, 0);
    }
}
