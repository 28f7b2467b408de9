//! Lessons: what a file says, and the goals that check what a learner did.
//!
//! A lesson is a Markdown file; its fenced blocks reach this module as [`Block`]s (see
//! `docs/authoring.md`). [`Lesson::from_blocks`] reads them, [`Evidence`] collects what the
//! learner's clients typed and saw, [`judge`] compares both with the state of the world.
//!
//! Invariant: never looks at the page, and never changes the world.

pub mod attempt;
pub mod block;
pub mod condition;
pub mod evidence;
pub mod file;
pub mod judge;
pub mod pattern;
pub mod prediction;
pub mod progress;
pub mod reason;
mod state;

pub use attempt::{Attempt, Watch, scenario, start};
pub use block::Block;
pub use condition::Condition;
pub use evidence::Evidence;
pub use file::{Goal, Lesson, LessonError, Script, ScriptLine, waiting_ms};
pub use judge::{Standing, judge, solved};
pub use prediction::{Choice, Prediction, Proof};
pub use progress::{NotProgress, Progress, Status};
pub use reason::{Found, Reason};
