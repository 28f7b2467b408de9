//! The door for host pages: a world without the page around it. See `docs/embedding.md`.
//!
//! ```js
//! import init, { Streamlanes } from "./embed/streamlanes.js";
//! await init();
//! const world = new Streamlanes({ profile: "8.6" });
//! world.onEvent((event) => console.log(event.text));
//! world.exec("XADD orders * item tea").value; // "1700000000000-0"
//! ```
//!
//! Invariant: conversion only; what happens is decided below.

mod dto;
mod snapshot;

#[cfg(test)]
mod tests;

use std::cell::RefCell;

use js_sys::Function;
use serde::{Deserialize, Serialize};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::command::Profile;
use crate::command::profile::UnknownProfile;
use crate::resp::{Value, decode, layout};
use crate::sim::{EntryState, Scenario, Session, Submitted, WorldEvent};
use crate::time::{Millis, WORLD_START};
use dto::{Answer, EventObject, Reply};
use snapshot::Snapshot;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &'static str = include_str!("types.d.ts");

/// Events that the world works off in one call of `advance`, at most.
const STEPS_MAX: usize = 5_000_000;
/// The farthest that one call may go, in milliseconds: 366 days.
const ADVANCE_MS_MAX: f64 = 366.0 * 86_400_000.0;
/// The greatest seed: every whole number up to it is exact in JavaScript.
const SEED_MAX: f64 = 9_007_199_254_740_991.0;

/// A world of one Redis server, its clients and services, with a clock that only moves when told
/// to.
#[wasm_bindgen]
pub struct Streamlanes {
    /// Behind a cell, so that a callback may call back.
    inner: RefCell<Inner>,
}

struct Inner {
    session: Session,
    on_event: Option<Function>,
}

/// What a new world is to be.
#[derive(Deserialize, Default)]
struct Options {
    scenario: Option<String>,
    seed: Option<f64>,
    profile: Option<String>,
}

#[wasm_bindgen]
impl Streamlanes {
    /// A new world. Options, all of them optional: `scenario` (the name of one that comes with
    /// Streamlanes, or a scenario's text), `seed` (a whole number), `profile` (`"8.6"`).
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "StreamlanesOptions")] options: JsValue,
    ) -> Result<Streamlanes, JsValue> {
        let options: Option<Options> = serde_wasm_bindgen::from_value(options)?;
        let options = options.unwrap_or_default();
        let scenario = options.scenario.as_deref().map_or(Ok(Scenario::empty()), scenario_of)?;
        let profile = match options.profile {
            None => scenario.profile.unwrap_or(Profile::Redis810),
            Some(name) => name.parse().map_err(|it: UnknownProfile| error(&it.to_string()))?,
        };
        let seed = options.seed.map_or(Ok(scenario.seed), whole_number)?;
        let session = Session::new(scenario, seed, profile);
        Ok(Streamlanes { inner: RefCell::new(Inner { session, on_event: None }) })
    }

    /// Runs one line, exactly as if it had been typed: a Redis command, or one of the world's own
    /// (`SIM …`, `CLOCK …`). `client` is a name of your choice; without one the line is `you`'s.
    #[wasm_bindgen(unchecked_return_type = "StreamlanesReply")]
    pub fn exec(&self, line: &str, client: Option<String>) -> Result<JsValue, JsValue> {
        let client = client.unwrap_or_default();
        let submitted =
            self.inner.try_borrow_mut().map_err(|_| busy())?.session.submit(&client, line);
        let reply = self.answer(&submitted);
        self.tell()?;
        reply
    }

    /// Lets so many virtual milliseconds pass; returns the time that was reached, in milliseconds
    /// since the start of the world.
    pub fn advance(&self, ms: f64) -> Result<f64, JsValue> {
        let ms = duration(ms)?;
        self.change(|session| {
            let until = session.now().saturating_add(ms);
            session.advance_to(until, STEPS_MAX);
        })
    }

    /// Goes to a point in time, in the past or in the future: milliseconds since the start of the
    /// world. Running a line in the past discards what came after.
    pub fn seek(&self, ms: f64) -> Result<f64, JsValue> {
        let ms = duration(ms)?;
        self.change(|session| session.seek(WORLD_START.saturating_add(ms)))
    }

    /// The virtual time, in milliseconds since the start of the world.
    #[wasm_bindgen(getter)]
    pub fn now(&self) -> Result<f64, JsValue> {
        let inner = self.inner.try_borrow().map_err(|_| busy())?;
        Ok(since_start(inner.session.now()))
    }

    /// What there is right now: keys, groups, consumers, clients, services. A copy.
    #[wasm_bindgen(unchecked_return_type = "StreamlanesSnapshot")]
    pub fn snapshot(&self) -> Result<JsValue, JsValue> {
        let inner = self.inner.try_borrow().map_err(|_| busy())?;
        object(&Snapshot::of(&inner.session))
    }

    /// Calls `callback` with everything that happens from now on, at the end of the call that made
    /// it happen; `null` stops that. What it throws comes out of that call.
    #[wasm_bindgen(js_name = onEvent)]
    pub fn on_event(
        &self,
        #[wasm_bindgen(unchecked_param_type = "((event: StreamlanesEvent) => void) | null")]
        callback: JsValue,
    ) -> Result<(), JsValue> {
        let mut inner = self.inner.try_borrow_mut().map_err(|_| busy())?;
        while inner.session.poll_event().is_some() {}
        inner.on_event = if callback.is_null() || callback.is_undefined() {
            None
        } else {
            let function = callback.dyn_into::<Function>();
            Some(function.map_err(|_| error("onEvent takes a function, or null"))?)
        };
        Ok(())
    }

    fn change(&self, change: impl FnOnce(&mut Session)) -> Result<f64, JsValue> {
        change(&mut self.inner.try_borrow_mut().map_err(|_| busy())?.session);
        self.tell()?;
        self.now()
    }

    fn answer(&self, submitted: &Submitted) -> Result<JsValue, JsValue> {
        let inner = self.inner.try_borrow().map_err(|_| busy())?;
        match submitted {
            Submitted::Nothing => object(&Answer::default()),
            Submitted::Aside { seq } => {
                let aside = inner.session.aside_at(*seq);
                let (text, error) = match aside.map(|aside| &aside.answer) {
                    Some(Err(text)) => (text.to_string(), Some(text.to_string())),
                    Some(Ok(text)) => (text.to_string(), None),
                    None => Default::default(),
                };
                object(&Answer { text, error, ..Answer::default() })
            }
            Submitted::Applied { seq } => {
                let entry = inner.session.world().transcript().get(*seq);
                match entry.map(|entry| &entry.state) {
                    Some(EntryState::Replied { reply, .. }) => replied(reply),
                    Some(EntryState::Note(text)) => {
                        object(&Answer { text: text.to_string(), ..Answer::default() })
                    }
                    Some(EntryState::Waiting) => {
                        object(&Answer { waiting: true, ..Answer::default() })
                    }
                    None => object(&Answer::default()),
                }
            }
        }
    }

    /// Hands the events to the callback. Nothing is borrowed while it runs.
    fn tell(&self) -> Result<(), JsValue> {
        let (events, callback): (Vec<WorldEvent>, _) = {
            let mut inner = self.inner.try_borrow_mut().map_err(|_| busy())?;
            let events = std::iter::from_fn(|| inner.session.poll_event()).collect();
            (events, inner.on_event.clone())
        };
        let Some(callback) = callback else { return Ok(()) };
        for event in &events {
            callback.call1(&JsValue::NULL, &object(&EventObject::new(event))?)?;
        }
        Ok(())
    }
}

fn replied(bytes: &[u8]) -> Result<JsValue, JsValue> {
    let (Ok((value, _)), Ok(text)) = (decode(bytes), layout(bytes)) else {
        return object(&Answer::default());
    };
    if let Value::Error(message) = &value {
        let error = Some(String::from_utf8_lossy(message).into_owned());
        return object(&Answer { text, error, ..Answer::default() });
    }
    object(&Answer { text, value: Some(Reply(&value)), ..Answer::default() })
}

/// A plain JavaScript object; nothing in it is `undefined`.
fn object(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let serializer =
        Serializer::new().serialize_maps_as_objects(true).serialize_missing_as_null(true);
    Ok(value.serialize(&serializer)?)
}

/// A JavaScript Error.
fn error(text: &str) -> JsValue {
    js_sys::Error::new(text).into()
}

fn since_start(at: Millis) -> f64 {
    at.saturating_sub(WORLD_START) as f64
}

/// A callback of `onEvent` may call everything; only a call inside a call cannot happen.
fn busy() -> JsValue {
    error("this world is in the middle of another call")
}

fn duration(ms: f64) -> Result<Millis, JsValue> {
    if (0.0..=ADVANCE_MS_MAX).contains(&ms) {
        Ok(ms as Millis)
    } else {
        Err(error("a time is a number of milliseconds from 0 to 31622400000 (366 days)"))
    }
}

fn whole_number(number: f64) -> Result<u64, JsValue> {
    if (0.0..=SEED_MAX).contains(&number) && number.trunc() == number {
        Ok(number as u64)
    } else {
        Err(error("seed is a whole number from 0 to 9007199254740991"))
    }
}

fn scenario_of(text: &str) -> Result<Scenario, JsValue> {
    if text.contains('\n') {
        return Scenario::parse("scenario", text).map_err(|problem| error(&problem.to_string()));
    }
    Scenario::builtin(text).ok_or_else(|| {
        let names: Vec<&str> = Scenario::builtin_names().collect();
        error(&format!("no scenario is called '{text}': choose one of {}", names.join(", ")))
    })
}
