//! The lanes: a canvas drawn from a scene, its twin in words, and what the pointer and the keys do
//! there.

mod canvas;
mod pointer;
mod tools;
mod twin;

use web_sys::HtmlElement;

use super::app::{Changes, Msg, Pane, State};
use super::dom::{self, Listener, MissingElement};
use super::inbox::Inbox;
use super::observer::SizeObserver;
use crate::view::camera::Camera;
use crate::view::caption::Narrator;
use crate::view::draw::{self, Look};
use crate::view::hit::{self, Target};
use crate::view::lanes::{Lanes, View};
use crate::view::plan::Plan;
use crate::view::scene::Scene;
use canvas::Canvas;
use tools::Tools;
use twin::Twin;

/// What happens at the lanes.
#[derive(Clone, PartialEq, Debug)]
pub enum LanesMsg {
    /// The room for the picture changed, or the theme.
    Resized,
    /// It was scrolled down or up.
    Scrolled,
    /// The pointer is at a point (or left).
    Point(Option<[f32; 2]>),
    /// It was dragged by this many pixels from a point.
    Drag { at: [f32; 2], dx: f32 },
    /// Clicked without dragging.
    Click([f32; 2]),
    /// Zoom by a factor around a point (or the middle).
    Zoom { factor: f32, at_x: Option<f32> },
    /// Move along the log by a share of the view.
    Pan(f32),
    /// To the beginning (`false`) or the head (`true`) of the log.
    End(bool),
    /// Follow the head, or not.
    ToggleFollow,
    /// Show everything.
    Fit,
    /// Words instead of the picture, or back.
    ToggleList,
    /// The keyboard is at an entry of the twin (or left it).
    Focus(Option<Target>),
    /// Show an entry's life.
    Open(Target),
}

/// A longer gap between two frames is not made up for.
const GAP_MS_MAX: f64 = 500.0;
/// How often the twin is brought up to date while things happen.
const TWIN_MS: f64 = 250.0;

/// The lanes.
pub struct LanesPane {
    inbox: Inbox,
    canvas: Canvas,
    scroll: HtmlElement,
    extent: HtmlElement,
    tip: HtmlElement,
    stage: HtmlElement,
    tools: Tools,
    twin: Twin,
    lanes: Lanes,
    /// Which numbers the camera and the twin know streams by.
    numbering: u64,
    narrator: Narrator,
    caption: HtmlElement,
    camera: Camera,
    look: Look,
    scene: Scene,
    /// Something changed since the last drawing.
    dirty: bool,
    /// This round has a frame: it draws.
    ticked: bool,
    /// When the last frame was drawn.
    frame_ms: Option<f64>,
    twin_ms: f64,
    /// The twin is behind: the frames go on until it was brought up to date.
    twin_is_stale: bool,
    pointer: Option<[f32; 2]>,
    /// What was pressed and is to be explained: fingers do not hover.
    asked: Option<Target>,
    extent_px: f32,
    /// How far the picture is scrolled down. Kept, since asking the browser in every frame makes it
    /// lay the page out in every frame.
    scroll_y: f32,
    /// The room has to be measured.
    resized: bool,
    _size: SizeObserver,
    _listeners: Vec<Listener>,
}

impl LanesPane {
    /// Mounts the lanes into the page.
    ///
    /// # Errors
    /// When the page lacks an element.
    pub fn mount(inbox: &Inbox) -> Result<LanesPane, MissingElement> {
        let canvas = Canvas::mount("lanes-canvas")?;
        let scroll: HtmlElement = dom::by_id("lanes-scroll")?;
        let stage: HtmlElement = dom::by_id("lanes-stage")?;
        let resized = inbox.clone();
        let size = SizeObserver::new(&stage, move || resized.push(Msg::Lanes(LanesMsg::Resized)));
        let listeners = pointer::listeners(inbox, &scroll);
        Ok(LanesPane {
            inbox: inbox.clone(),
            canvas,
            scroll,
            extent: dom::by_id("lanes-extent")?,
            tip: dom::by_id("lanes-tip")?,
            stage,
            tools: Tools::mount(inbox)?,
            twin: Twin::mount(inbox)?,
            lanes: Lanes::default(),
            numbering: 0,
            narrator: Narrator::default(),
            caption: dom::by_id("lanes-caption")?,
            camera: Camera::default(),
            look: Look::default(),
            scene: Scene::default(),
            dirty: true,
            ticked: false,
            frame_ms: None,
            twin_ms: f64::NEG_INFINITY,
            twin_is_stale: true,
            pointer: None,
            asked: None,
            extent_px: 0.0,
            scroll_y: 0.0,
            resized: true,
            _size: size,
            _listeners: listeners,
        })
    }

    #[inline(never)]
    fn on_message(&mut self, msg: &LanesMsg) {
        self.dirty = true;
        let log_width = Plan::log_width(self.canvas.size()[0]);
        match msg {
            LanesMsg::Resized => self.resized = true,
            LanesMsg::Scrolled => self.scroll_y = self.scroll.scroll_top() as f32,
            LanesMsg::Point(at) => self.pointer = *at,
            LanesMsg::Drag { at, dx } => {
                if let Some(stream) = self.stream_at(*at) {
                    let (_, n_places) = self.lanes.extent(stream);
                    self.camera.pan(stream, n_places, log_width, -dx);
                }
            }
            LanesMsg::Click(at) => self.click(*at),
            LanesMsg::Zoom { factor, at_x } => {
                let gutter = self.canvas.size()[0] - log_width;
                let middle = log_width / 2.0;
                self.camera.zoom(*factor, at_x.map_or(middle, |x| (x - gutter).max(0.0)));
            }
            LanesMsg::Pan(share) => self.each_stream(|camera, stream, (_, n_places)| {
                camera.pan(stream, n_places, log_width, share * log_width);
            }),
            LanesMsg::End(true) => self.camera.follow = true,
            LanesMsg::End(false) => self.each_stream(|camera, stream, (first, _)| {
                camera.show(stream, first, log_width);
            }),
            LanesMsg::ToggleFollow => self.camera.follow = !self.camera.follow,
            LanesMsg::Fit => self.fit(log_width),
            LanesMsg::ToggleList => self.twin.toggle(&self.stage),
            LanesMsg::Focus(target) => {
                self.look.focus = *target;
                self.reveal(log_width);
            }
            LanesMsg::Open(target) => {
                if let Some(entry) = self.lanes.entry_of(*target) {
                    self.inbox.push(Msg::Biography(Some(entry)));
                }
            }
        }
        self.tools.show(self.camera.follow, self.twin.is_open());
    }

    fn each_stream(&mut self, mut run: impl FnMut(&mut Camera, u32, (u64, u64))) {
        let streams: Vec<u32> = self.lanes.streams().map(|(number, ..)| number).collect();
        for stream in streams {
            run(&mut self.camera, stream, self.lanes.extent(stream));
        }
    }

    /// Zooms out until the longest stream fits.
    fn fit(&mut self, log_width: f32) {
        let lengths = self.lanes.streams().map(|(number, ..)| {
            let (first, end) = self.lanes.extent(number);
            (end - first, number, first, end)
        });
        if let Some((_, number, first, end)) = lengths.max() {
            self.camera.fit(number, first, end, log_width);
            self.camera.follow = true;
        }
    }

    fn stream_at(&self, [x, y]: [f32; 2]) -> Option<u32> {
        let under = hit::at(&self.scene, x, y).map(Target::stream);
        under.or_else(|| self.lanes.streams().next().map(|(number, ..)| number))
    }

    #[inline(never)]
    fn click(&mut self, [x, y]: [f32; 2]) {
        match hit::at(&self.scene, x, y) {
            Some(target @ (Target::Entry { .. } | Target::Pending { .. })) => {
                self.inbox.push(Msg::Lanes(LanesMsg::Open(target)));
            }
            Some(Target::Beyond { .. }) => self.inbox.push(Msg::Lanes(LanesMsg::Pan(-0.8))),
            Some(target @ (Target::Marker { .. } | Target::Lane { .. })) => {
                self.asked = Some(target);
            }
            _ => {}
        }
    }

    /// Brings the entry with the keyboard into view.
    #[inline(never)]
    fn reveal(&mut self, log_width: f32) {
        let Some(target) = self.look.focus else { return };
        let place = target.entry().and_then(|id| self.lanes.place_of(target.stream(), id));
        let Some(place) = place else { return };
        let from_left = place as f64 - self.camera.first(target.stream());
        if from_left < 0.0 || self.camera.n_visible(log_width) - 1.0 < from_left {
            self.camera.show(target.stream(), place, log_width);
        }
    }

    fn fit_canvas(&mut self) {
        if !std::mem::take(&mut self.resized) {
            return;
        }
        let (width, height) = (self.stage.client_width(), self.stage.client_height());
        self.canvas.fit(f64::from(width), f64::from(height));
    }

    /// Draws the picture as it is now.
    fn draw(&mut self, state: &State, dt_ms: u32) -> bool {
        let [width, height] = self.canvas.size();
        if width < 1.0 || height < 1.0 {
            return false;
        }
        let world = state.session.world();
        let mut moving = self.lanes.advance(world, dt_ms);
        let log_width = Plan::log_width(width);
        let smooth = !self.lanes.tweens.is_still();
        let streams: Vec<u32> = self.lanes.streams().map(|(number, ..)| number).collect();
        for stream in streams {
            let (_, n_places) = self.lanes.extent(stream);
            moving |= self.camera.step(stream, n_places, log_width, dt_ms, smooth);
        }
        let view = View { camera: &self.camera, width };
        let picture = self.lanes.picture(world, view);
        let plan = Plan::new(&picture, &self.camera, [width, height], self.scroll_y);
        self.look.hover = self.pointer.and_then(|[x, y]| hit::at(&self.scene, x, y));
        let markers = |stream, group| self.lanes.marker(stream, group);
        let size = [width, height];
        draw::draw(&picture, &plan, &self.lanes.tweens, &markers, self.look, size, &mut self.scene);
        self.scene.sort();
        self.canvas.draw(&self.scene);
        self.show_extent(plan.content_height.max(height));
        moving |= self.tell(state, dt_ms);
        self.dirty = false;
        let works = picture.streams.iter().flat_map(|stream| &stream.groups);
        let mut tokens = works.flat_map(|group| &group.lanes).flat_map(|lane| &lane.tokens);
        let running = state.session.playback().running && smooth;
        moving || (running && tokens.any(|token| token.work_permille.is_some()))
    }

    /// Says what is seen; returns whether there is more to say.
    fn tell(&mut self, state: &State, dt_ms: u32) -> bool {
        let (world, speed) = (state.session.world(), state.session.playback().speed_permille);
        let asked = self.asked.take();
        if let Some(text) = asked.and_then(|target| self.lanes.tip(world, target)) {
            self.narrator.answer(&text);
        }
        let goes_on = self.narrator.step(&self.lanes, world, dt_ms, speed);
        let caption = self.narrator.caption();
        dom::set_text(&self.caption, &caption.text);
        dom::set_attr(&self.caption, "data-kind", caption.kind);
        goes_on
    }

    fn show_extent(&mut self, content_px: f32) {
        if (content_px - self.extent_px).abs() < 0.5 {
            return;
        }
        self.extent_px = content_px;
        let height = format!("{}px", content_px.ceil() as i32);
        let _ = self.extent.style().set_property("height", &height);
    }

    #[inline(never)]
    fn show_tip(&mut self, state: &State) {
        let text =
            self.look.hover.zip(self.pointer).and_then(|(target, at)| {
                Some((self.lanes.tip(state.session.world(), target)?, at))
            });
        let Some((text, [x, y])) = text else {
            dom::set_hidden(&self.tip, true);
            return;
        };
        dom::set_text(&self.tip, &text);
        dom::set_hidden(&self.tip, false);
        let [width, height] = self.canvas.size();
        let (w, h) = (self.tip.offset_width() as f32, self.tip.offset_height() as f32);
        let left = (x + 14.0).min(width - w - 4.0).max(4.0);
        let top = if y + 18.0 + h < height { y + 18.0 } else { (y - h - 12.0).max(4.0) };
        let style = self.tip.style();
        let _ = style.set_property("left", &format!("{}px", left as i32));
        let _ = style.set_property("top", &format!("{}px", top as i32));
    }
}

impl Pane for LanesPane {
    fn update(&mut self, msg: &Msg, _state: &State) {
        match msg {
            Msg::Tick => self.ticked = true,
            Msg::Lanes(msg) => self.on_message(msg),
            Msg::Settings(settings) => {
                self.lanes.tweens.set_still(settings.is_still());
                self.canvas.read_tokens();
                self.dirty = true;
            }
            _ => {}
        }
    }

    fn render(&mut self, state: &State, changes: Changes) {
        self.fit_canvas();
        let world = state.session.world();
        self.lanes.tweens.set_speed(u64::from(state.session.playback().speed_permille));
        for event in &state.events {
            self.lanes.follow(world, event);
            self.narrator.follow(event);
        }
        let is_renumbered = std::mem::replace(&mut self.numbering, self.lanes.numbering())
            != self.lanes.numbering();
        if changes.history || is_renumbered {
            self.camera.reset();
        }
        if is_renumbered {
            self.look.focus = None;
        }
        let happened = changes.world || changes.history;
        self.dirty |= happened || changes.time;
        // After something happened there is a frame anyway.
        if self.dirty && !happened && !self.ticked {
            self.draw(state, 0);
            self.show_tip(state);
        }
        let due = TWIN_MS <= state.wall_ms - self.twin_ms;
        self.twin_is_stale |= happened || changes.time;
        if changes.history || self.twin_is_stale && due {
            self.twin_is_stale = false;
            self.twin_ms = state.wall_ms;
            self.twin.render(&mut self.lanes, world);
        }
    }

    fn animate(&mut self, state: &State) -> bool {
        self.ticked = false;
        let elapsed_ms = self.frame_ms.map_or(0.0, |before| state.wall_ms - before);
        if !self.dirty && self.frame_ms.is_none() {
            return self.twin_is_stale;
        }
        let dt_ms = if elapsed_ms < GAP_MS_MAX { elapsed_ms.max(0.0) as u32 } else { 0 };
        let moving = self.draw(state, dt_ms);
        self.show_tip(state);
        self.frame_ms = moving.then_some(state.wall_ms);
        moving || self.twin_is_stale
    }
}
