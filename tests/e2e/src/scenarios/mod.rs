//! The scenarios, in the order in which they run.

mod fast_path;
mod first_load;
mod first_session;
mod harness;
mod lesson_pane;

use std::pin::Pin;

use anyhow::{Result, ensure};

use crate::page::Page;

/// What a person does, as an async function over a fresh page.
type Run = for<'p> fn(&'p Page<'_>) -> Pin<Box<dyn Future<Output = Result<()>> + 'p>>;

/// One end-to-end test.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) run: Run,
    /// What may be in the browser's console at the end.
    pub(crate) judge: fn(&[String]) -> Result<()>,
}

/// A scenario named after its function, after which the console must be clean.
macro_rules! scenario {
    ($module:ident :: $name:ident) => {
        scenario!($module::$name, must_be_silent)
    };
    ($module:ident :: $name:ident, $judge:path) => {
        Scenario {
            name: concat!(stringify!($module), "_", stringify!($name)),
            run: |page| Box::pin($module::$name(page)),
            judge: $judge,
        }
    };
}

pub(crate) const ALL: &[Scenario] = &[
    scenario!(harness::notices_a_warning, harness::must_be_noticed),
    scenario!(harness::notices_an_uncaught_error, harness::must_be_noticed),
    scenario!(harness::notices_a_missing_file, harness::must_be_noticed),
    scenario!(first_load::is_clean),
    scenario!(first_session::adds_reads_and_acknowledges),
    scenario!(first_session::makes_mistakes),
    scenario!(first_session::solves_a_lesson),
    scenario!(fast_path::is_walked_by_keyboard),
    scenario!(lesson_pane::scrubs_a_demonstration),
    scenario!(lesson_pane::goes_back_to_a_checkpoint),
    scenario!(lesson_pane::moves_on_and_back),
    scenario!(lesson_pane::takes_progress_from_a_file),
];

fn must_be_silent(complaints: &[String]) -> Result<()> {
    ensure!(complaints.is_empty(), "the browser's console has errors or warnings");
    Ok(())
}
