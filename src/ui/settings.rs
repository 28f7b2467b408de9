//! Theme, motion, version profile: what a person chooses for this browser.

use std::rc::Rc;

use web_sys::{HtmlDialogElement, HtmlElement, HtmlSelectElement, MediaQueryList};

use super::app::{Changes, Msg, Pane, State};
use super::dom::{self, Listener, MissingElement};
use super::inbox::Inbox;
use super::storage::database::Contents;
use crate::command::Profile;
use crate::sim::{Playback, Saved, Session};
use crate::view::text;

/// What was chosen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// `auto`, `light` or `dark`.
    pub theme: String,
    /// `auto`, `full` or `reduced`.
    pub motion: String,
    /// Whether a summary of events is spoken.
    pub announces: bool,
    /// The system asks for less motion.
    pub system_is_still: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        let auto = || "auto".to_owned();
        Settings { theme: auto(), motion: auto(), announces: true, system_is_still: false }
    }
}

impl Settings {
    /// States only, no motion.
    pub fn is_still(&self) -> bool {
        match self.motion.as_str() {
            "full" => false,
            "reduced" => true,
            _ => self.system_is_still,
        }
    }

    /// As one line, for the browser's store.
    fn to_line(&self) -> String {
        let announces = if self.announces { "summary" } else { "off" };
        format!("{} {} {announces}", self.theme, self.motion)
    }

    /// What a stored line says; what it does not say stays as it is.
    #[inline(never)]
    fn read_line(&mut self, line: &str) {
        let mut words = line.split(' ');
        for (field, allowed) in [
            (&mut self.theme, ["auto", "light", "dark"]),
            (&mut self.motion, ["auto", "full", "reduced"]),
        ] {
            if let Some(word) = words.next().filter(|word| allowed.contains(word)) {
                *field = word.to_owned();
            }
        }
        self.announces = words.next() != Some("off");
    }
}

/// What happens in the dialog.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SettingsMsg {
    /// The button that opens it.
    Open,
    /// A choice was made.
    Changed,
    /// The system's wish changed (dark, less motion).
    System,
}

/// The dialog.
pub struct SettingsPane {
    inbox: Inbox,
    dialog: HtmlDialogElement,
    profile: HtmlSelectElement,
    theme: HtmlSelectElement,
    motion: HtmlSelectElement,
    announce: HtmlSelectElement,
    settings: Settings,
    shown_profile: Option<Profile>,
    less_motion: Option<MediaQueryList>,
    _listeners: Vec<Listener>,
}

impl SettingsPane {
    /// Mounts the dialog; what was chosen at the last visit is in `contents`.
    ///
    /// # Errors
    /// When the page lacks an element.
    pub fn mount(inbox: &Inbox, contents: &Contents) -> Result<SettingsPane, MissingElement> {
        let mut settings = Settings::default();
        let stored = contents.values.iter().find(|(name, _)| name == "settings");
        if let Some((_, Some(line))) = stored {
            settings.read_line(line);
        }
        let query = |text: &str| dom::window().match_media(text).ok().flatten();
        let less_motion = query("(prefers-reduced-motion: reduce)");
        let others = ["(prefers-color-scheme: dark)", "(forced-colors: active)"].map(query);
        let open: HtmlElement = dom::by_id("settings-open")?;
        let _ = open.remove_attribute("disabled");
        let mut listeners = Vec::new();
        let mut listen = |target: &web_sys::EventTarget, kind, msg: SettingsMsg| {
            let inbox = inbox.clone();
            let run = move |_: &web_sys::Event| inbox.push(Msg::Setting(msg.clone()));
            listeners.push(Listener::new(target, kind, run));
        };
        listen(&open, "click", SettingsMsg::Open);
        for query in others.iter().chain([&less_motion]).flatten() {
            listen(query, "change", SettingsMsg::System);
        }
        let mut select = |id: &str| -> Result<HtmlSelectElement, MissingElement> {
            let element: HtmlSelectElement = dom::by_id(id)?;
            listen(&element, "change", SettingsMsg::Changed);
            Ok(element)
        };
        let pane = SettingsPane {
            inbox: inbox.clone(),
            profile: select("settings-profile")?,
            theme: select("settings-theme")?,
            motion: select("settings-motion")?,
            announce: select("settings-announce")?,
            dialog: dom::by_id("settings")?,
            settings,
            shown_profile: None,
            less_motion,
            _listeners: listeners,
        };
        pane.fill_profiles();
        inbox.push(Msg::Setting(SettingsMsg::System));
        Ok(pane)
    }

    fn fill_profiles(&self) {
        dom::clear(&self.profile);
        for profile in Profile::ALL.into_iter().rev() {
            let option = dom::el_text("option", "", &text::profile_name(profile));
            dom::set_attr(&option, "value", profile.name());
            dom::append(&self.profile, &option);
        }
    }

    #[inline(never)]
    fn on_message(&mut self, msg: &SettingsMsg, state: &State) {
        match msg {
            SettingsMsg::Open => {
                // Fails only if it is open already.
                let _ = self.dialog.show_modal();
            }
            SettingsMsg::Changed => {
                self.settings.theme = self.theme.value();
                self.settings.motion = self.motion.value();
                self.settings.announces = self.announce.value() != "off";
                let chosen = self.profile.value();
                if let Ok(profile) = chosen.parse::<Profile>()
                    && profile != state.session.profile()
                {
                    self.begin_on(profile, state);
                }
                let text = self.settings.to_line();
                self.inbox.push(Msg::Keep { name: "settings", text });
                self.publish();
            }
            SettingsMsg::System => self.publish(),
        }
    }

    /// Another server: the same lines are run on it, from the beginning.
    #[inline(never)]
    fn begin_on(&self, profile: Profile, state: &State) {
        let Playback { running, .. } = state.session.playback();
        let mut session = Session::load(Saved { profile, ..state.session.save() });
        if running {
            session.submit("", "CLOCK RUN");
        }
        self.inbox.push(Msg::Load(Rc::new(session)));
        self.inbox.push(Msg::Notice(text::another_profile(profile)));
    }

    /// Tells the page and the other panes.
    #[inline(never)]
    fn publish(&mut self) {
        self.settings.system_is_still = self.less_motion.as_ref().is_some_and(|q| q.matches());
        if let Some(root) = dom::document().document_element() {
            dom::set_attr(&root, "data-theme", &self.settings.theme);
            let motion = if self.settings.is_still() { "reduced" } else { "full" };
            dom::set_attr(&root, "data-motion", motion);
        }
        self.theme.set_value(&self.settings.theme);
        self.motion.set_value(&self.settings.motion);
        self.announce.set_value(if self.settings.announces { "summary" } else { "off" });
        self.inbox.push(Msg::Settings(self.settings.clone()));
    }
}

impl Pane for SettingsPane {
    fn update(&mut self, msg: &Msg, state: &State) {
        if let Msg::Setting(msg) = msg {
            self.on_message(msg, state);
        }
    }

    fn render(&mut self, state: &State, _changes: Changes) {
        let profile = state.session.profile();
        if self.shown_profile != Some(profile) {
            self.shown_profile = Some(profile);
            self.profile.set_value(profile.name());
        }
    }
}
