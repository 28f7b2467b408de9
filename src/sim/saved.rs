//! A whole situation as plain data: what a link, a file and the browser's store hold.

use std::rc::Rc;

use super::scenario::Scenario;
use super::session::Input;
use crate::command::Profile;
use crate::time::Millis;

/// A session at rest. [`super::Session::load`] brings it back to life; nothing in it runs before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Saved {
    /// How the world began.
    pub scenario: Scenario,
    /// The seed it grew from.
    pub seed: u64,
    /// The server it pretends to have.
    pub profile: Profile,
    /// What was done to it.
    pub journal: Vec<Input>,
    /// Where in time the session stood.
    pub now: Millis,
    /// How far the known future reached.
    pub end: Millis,
    /// The lesson that was open, and the step of it.
    pub lesson: Option<(Rc<str>, u32)>,
}
