//! The time bar: play, pause, step, jump, speed, scrub. Every control runs its console line.

use web_sys::{Document, Element, HtmlElement, HtmlInputElement, HtmlSelectElement};

use super::app::{Changes, Msg, Pane, State};
use super::dom::{self, Listener, MissingElement};
use super::inbox::Inbox;
use crate::sim::Scenario;
use crate::sim::world::DEFAULT_CLIENT;
use crate::time::WORLD_START;
use crate::view::marks::{self, TimeMark};
use crate::view::text;
use crate::view::within;

/// What happens in the time bar.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TimeMsg {
    /// Play or pause.
    Toggle,
    /// The scrubber was let go at this many thousandths of the known time.
    Scrub(u64),
}

/// The time bar.
pub struct TimeBarPane {
    inbox: Inbox,
    play: HtmlElement,
    play_label: HtmlElement,
    clock: HtmlElement,
    elapsed: HtmlElement,
    scrub: HtmlInputElement,
    speed: HtmlInputElement,
    speed_value: HtmlElement,
    fork: HtmlElement,
    in_past: bool,
    /// What the sliders show: touching them in every frame costs more than looking here.
    place: u64,
    span: u64,
    speed_permille: u32,
    scenario: HtmlSelectElement,
    marks: Element,
    n_marks: usize,
    _listeners: Vec<Listener>,
}

/// Positions of the speed slider for a tenfold speed: 0 is 0.1x, 20 is 1x, 60 is 100x.
const STEPS_PER_DECADE: f64 = 20.0;

impl TimeBarPane {
    /// Mounts the time bar.
    ///
    /// # Errors
    /// When the page lacks an element.
    pub fn mount(inbox: &Inbox) -> Result<TimeBarPane, MissingElement> {
        let bar: HtmlElement = dom::by_id("timebar")?;
        let (play, step) = (dom::by_id::<HtmlElement>("time-play")?, dom::by_id("time-step")?);
        let (scrub, speed) =
            (dom::by_id::<HtmlInputElement>("time-scrub")?, dom::by_id("time-speed")?);
        let mut listeners = listeners(inbox, &bar, &play, &step, &scrub, &speed);
        let scenario = scenario(inbox, &mut listeners)?;
        if let Ok(waiting) = bar.query_selector_all("[disabled]") {
            for idx in 0..waiting.length() {
                let found = waiting.item(idx);
                if let Some(element) =
                    found.and_then(|node| wasm_bindgen::JsCast::dyn_into::<Element>(node).ok())
                {
                    // Removing an attribute that is there cannot fail.
                    let _ = element.remove_attribute("disabled");
                }
            }
        }
        Ok(TimeBarPane {
            inbox: inbox.clone(),
            play,
            play_label: dom::by_id("time-play-label")?,
            clock: dom::by_id("time-clock")?,
            elapsed: dom::by_id("time-elapsed")?,
            scrub,
            speed,
            speed_value: dom::by_id("time-speed-value")?,
            fork: dom::by_id("time-fork")?,
            in_past: false,
            place: u64::MAX,
            span: 0,
            speed_permille: 0,
            scenario,
            marks: dom::by_id("time-marks")?,
            n_marks: usize::MAX,
            _listeners: listeners,
        })
    }

    fn show_speed(&mut self, permille: u32) {
        self.speed_permille = permille;
        // JavaScript's logarithm: Rust's would be compiled into the page.
        let decades = js_sys::Math::log10(f64::from(permille)) - 2.0;
        self.speed.set_value_as_number((decades * STEPS_PER_DECADE).round());
        dom::set_text(&self.speed_value, &format!("{}×", factor(permille)));
    }

    fn show_marks(&mut self, state: &State) {
        let journal = state.session.journal();
        let span = state.session.end().saturating_sub(WORLD_START).max(1);
        // Marks stand at their milliseconds; as the known time grows, only the scale changes.
        if span.abs_diff(self.span) * 200 > self.span {
            self.span = span;
            dom::set_attr(&self.marks, "viewBox", &format!("0 0 {span} 20"));
        }
        if journal.len() == self.n_marks {
            return;
        }
        self.n_marks = journal.len();
        dom::clear(&self.marks);
        let document = dom::document();
        let (marks, n_older) = marks::marks(journal);
        let first = marks.last().filter(|_| 0 < n_older);
        if let Some(first) = first
            && let Some(cut) = shape(&document, "rect")
        {
            let width = first.after_ms.to_string();
            for (name, value) in [("width", &*width), ("height", "20"), ("class", "mark-cut")] {
                dom::set_attr(&cut, name, value);
            }
            dom::append(&self.marks, &cut);
        }
        let said = if 0 < n_older { text::marks_cut(n_older) } else { String::new() };
        dom::set_attr(&self.scrub, "title", &said);
        for TimeMark { after_ms, class } in marks {
            let Some(mark) = shape(&document, "line") else { return };
            let at = after_ms.to_string();
            for (name, value) in [("x1", &*at), ("x2", &*at), ("y1", "0"), ("y2", "20")] {
                dom::set_attr(&mark, name, value);
            }
            dom::set_attr(&mark, "class", class);
            dom::append(&self.marks, &mark);
        }
    }
}

fn shape(document: &Document, name: &str) -> Option<Element> {
    document.create_element_ns(Some("http://www.w3.org/2000/svg"), name).ok()
}

impl Pane for TimeBarPane {
    fn update(&mut self, msg: &Msg, state: &State) {
        let Msg::Time(msg) = msg else { return };
        // The sliders stand where the hand left them.
        (self.place, self.speed_permille) = (u64::MAX, 0);
        let session = &state.session;
        let line = match msg {
            TimeMsg::Toggle if session.playback().running => "CLOCK PAUSE".to_owned(),
            TimeMsg::Toggle => "CLOCK RUN".to_owned(),
            TimeMsg::Scrub(permille) => {
                let span = session.end().saturating_sub(WORLD_START);
                format!("SEEK {}ms", span * permille.min(&1_000) / 1_000)
            }
        };
        self.inbox.run_line(DEFAULT_CLIENT, &line);
    }

    fn render(&mut self, state: &State, changes: Changes) {
        let session = &state.session;
        // Only somebody who went back has a future to forget.
        let in_past = session.n_applied() < session.journal().len();
        if in_past != self.in_past {
            self.in_past = in_past;
            dom::set_attr(&self.fork, "data-useful", if in_past { "true" } else { "false" });
        }
        if !(changes.time || changes.history || changes.world || self.n_marks == usize::MAX) {
            return;
        }
        let playback = session.playback();
        dom::set_attr(&self.play, "aria-pressed", if playback.running { "true" } else { "false" });
        dom::set_text(&self.play_label, if playback.running { text::PAUSE } else { text::PLAY });
        dom::set_text(&self.clock, &text::clock_ms(session.now()));
        let since = session.now().saturating_sub(WORLD_START);
        dom::set_text(&self.elapsed, &format!("+{}.{} s", since / 1_000, since % 1_000 / 100));
        let span = session.end().saturating_sub(WORLD_START).max(1);
        let is_held = dom::document().active_element().is_some_and(|it| it.id() == self.scrub.id());
        let place = since.min(span) * 1_000 / span;
        if !is_held && place != self.place {
            self.scrub.set_value(&place.to_string());
            self.place = place;
        }
        dom::set_attr(&self.scrub, "aria-valuetext", &text::clock_ms(session.now()));
        if self.speed_permille != playback.speed_permille {
            self.show_speed(playback.speed_permille);
        }
        if changes.history || self.n_marks == usize::MAX {
            self.scenario.set_value(&session.world().scenario().name);
        }
        self.show_marks(state);
    }
}

/// The choice of a scenario.
fn scenario(
    inbox: &Inbox,
    listeners: &mut Vec<Listener>,
) -> Result<HtmlSelectElement, MissingElement> {
    let select: HtmlSelectElement = dom::by_id("scenario")?;
    for name in Scenario::builtin_names() {
        let option = dom::el_text("option", "", &name.replace('-', " "));
        dom::set_attr(&option, "value", name);
        dom::append(&select, &option);
    }
    // Removing an attribute that is there cannot fail.
    let _ = select.remove_attribute("disabled");
    let (to, chosen) = (inbox.clone(), select.clone());
    listeners.push(Listener::new(&select, "change", move |_| {
        to.run_line(DEFAULT_CLIENT, &format!("SCENARIO LOAD {}", chosen.value()));
    }));
    Ok(select)
}

/// A speed with as many digits as it needs: 0.1, 2.5, 40.
fn factor(permille: u32) -> String {
    let tenths = (permille + 50) / 100;
    match (tenths / 10, tenths % 10) {
        (ones, 0) => ones.to_string(),
        (ones, _) if 10 <= ones => ones.to_string(),
        (ones, tenths) => format!("{ones}.{tenths}"),
    }
}

fn listeners(
    inbox: &Inbox,
    bar: &HtmlElement,
    play: &HtmlElement,
    step: &HtmlElement,
    scrub: &HtmlInputElement,
    speed: &HtmlInputElement,
) -> Vec<Listener> {
    let on_play = inbox.clone();
    let play = Listener::new(play, "click", move |_| on_play.push(Msg::Time(TimeMsg::Toggle)));
    let on_step = inbox.clone();
    let step =
        Listener::new(step, "click", move |_| on_step.run_line(DEFAULT_CLIENT, "CLOCK STEP"));
    let on_jump = inbox.clone();
    let jump = Listener::new(bar, "click", move |event| {
        if let Some((_, duration)) = dom::closest_attr(event, "data-jump") {
            on_jump.run_line(DEFAULT_CLIENT, &format!("CLOCK JUMP {duration}"));
        } else if let Some((_, line)) = dom::closest_attr(event, "data-line") {
            on_jump.run_line(DEFAULT_CLIENT, &line);
        }
    });
    let (on_scrub, slider) = (inbox.clone(), scrub.clone());
    let scrub = Listener::new(scrub, "change", move |_| {
        let permille = slider.value().parse().unwrap_or(0);
        // The slider follows the clock again.
        let _ = slider.blur();
        on_scrub.push(Msg::Time(TimeMsg::Scrub(permille)));
    });
    let (on_speed, slider) = (inbox.clone(), speed.clone());
    let speed = Listener::new(speed, "change", move |_| {
        let decades = slider.value_as_number() / STEPS_PER_DECADE;
        // 0.1x to 100x: the slider's ends, whatever the browser says.
        let permille = within(js_sys::Math::pow(10.0, decades + 2.0), 100.0, 100_000.0);
        let speed = factor(permille as u32);
        on_speed.run_line(DEFAULT_CLIENT, &format!("CLOCK SPEED {speed}"));
    });
    vec![play, step, jump, scrub, speed]
}
