//! The scenarios, in the order in which they run.

mod access;
mod acts;
mod calm;
mod console;
mod dialogs;
mod fast_path;
mod first_load;
mod first_session;
mod harness;
mod hostile;
mod keyboard;
mod later;
mod lesson_pane;
mod looks;
mod panics;
mod sharing;
mod survival;
mod time;

use std::pin::Pin;

use anyhow::{Result, ensure};

use crate::driver::{Kind, Look};
use crate::page::Page;

/// What a person does, as an async function over a fresh page.
type Run = for<'p> fn(&'p Page<'_>) -> Pin<Box<dyn Future<Output = Result<()>> + 'p>>;

/// One end-to-end test.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) run: Run,
    /// How the page is shown.
    pub(crate) look: Look,
    /// The only browser that can do this; `None`: each of them.
    only_in: Option<Kind>,
    /// What may be in the browser's console at the end.
    pub(crate) judge: fn(&[String]) -> Result<()>,
}

impl Scenario {
    /// Whether it is for that browser.
    pub(crate) fn runs_in(&self, kind: Kind) -> bool {
        self.only_in.is_none_or(|only| only == kind)
    }

    const fn shown(self, look: Look) -> Scenario {
        Scenario { look, ..self }
    }

    const fn only_in(self, kind: Kind) -> Scenario {
        Scenario { only_in: Some(kind), ..self }
    }
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
            look: Look::DESKTOP,
            only_in: None,
            judge: $judge,
        }
    };
}

/// Each is run in both browsers, but for what one of them cannot show.
pub(crate) const ALL: &[Scenario] = &[
    scenario!(harness::notices_a_warning, harness::must_be_noticed),
    scenario!(harness::notices_an_uncaught_error, harness::must_be_noticed),
    // Firefox tells its drivers nothing of a missing file.
    scenario!(harness::notices_a_missing_file, harness::must_be_noticed).only_in(Kind::Chromium),
    scenario!(first_load::is_clean),
    scenario!(later::is_not_waited_for_in_a_first_visit),
    scenario!(later::is_not_waited_for_by_a_first_goal),
    scenario!(later::is_fetched_by_a_rare_command_at_the_start),
    // Firefox has no driver's command that takes the network away.
    scenario!(later::is_there_when_the_network_is_gone).only_in(Kind::Chromium),
    scenario!(later::may_fail_to_come_by_itself, later::only_the_rest_is_missing)
        .only_in(Kind::Chromium),
    scenario!(first_session::adds_reads_and_acknowledges),
    scenario!(first_session::makes_mistakes),
    scenario!(first_session::solves_a_lesson),
    scenario!(fast_path::is_walked_by_keyboard),
    scenario!(lesson_pane::scrubs_a_demonstration),
    scenario!(lesson_pane::goes_back_to_a_checkpoint),
    scenario!(lesson_pane::moves_on_and_back),
    scenario!(lesson_pane::takes_progress_from_a_file),
    // The accessibility checks read the same document in each browser.
    scenario!(access::has_no_barriers).only_in(Kind::Chromium),
    scenario!(access::has_none_on_a_phone_and_in_a_lesson).only_in(Kind::Chromium),
    // Firefox does not tell what moved.
    scenario!(calm::nothing_shifts).only_in(Kind::Chromium),
    scenario!(calm::nothing_shifts_on_a_phone).shown(Look::PHONE).only_in(Kind::Chromium),
    scenario!(calm::a_row_that_is_pointed_at_stays),
    scenario!(console::completes),
    scenario!(console::remembers),
    scenario!(console::explains),
    scenario!(console::takes_a_paste),
    scenario!(console::wakes_a_blocked_client),
    scenario!(dialogs::settings_choose_a_version),
    scenario!(dialogs::a_link_brings_back_a_situation),
    scenario!(dialogs::an_entry_tells_its_life),
    scenario!(dialogs::the_inspector_acts),
    scenario!(dialogs::the_inspector_sorts_filters_and_says_what_it_runs),
    scenario!(hostile::stays_text_in_the_console),
    scenario!(hostile::stays_text_in_links),
    scenario!(hostile::stays_text_in_stored_sessions),
    scenario!(keyboard::is_enough),
    scenario!(looks::fits_a_phone).shown(Look::PHONE),
    scenario!(looks::is_dark).shown(Look { dark: true, ..Look::DESKTOP }),
    scenario!(looks::can_be_still).shown(Look { still: true, ..Look::DESKTOP }),
    scenario!(time::scrubs_and_forks),
    scenario!(time::runs_and_steps),
    scenario!(survival::the_story),
    scenario!(survival::two_tabs_do_not_mix),
    scenario!(survival::a_damaged_store_keeps_the_rest),
    scenario!(survival::keeps_what_it_acknowledged, survival::only_its_icon_is_missing),
    scenario!(panics::the_published_page_is_back_within_a_second).only_in(Kind::Chromium),
    scenario!(sharing::a_link_is_shown_before_it_replaces),
    scenario!(sharing::a_damaged_link_says_so),
    scenario!(sharing::what_is_too_long_becomes_a_file).only_in(Kind::Chromium),
];

/// Those that want a site built with `fault-injection`. Its console is full of what was injected.
pub(crate) const WITH_FAULTS: &[Scenario] = &[
    scenario!(panics::every_kind_of_command_is_survived, harness::must_be_noticed),
    scenario!(panics::time_that_kills_is_survived, harness::must_be_noticed),
    scenario!(panics::three_deaths_in_a_row_offer_an_end, harness::must_be_noticed),
];

fn must_be_silent(complaints: &[String]) -> Result<()> {
    ensure!(complaints.is_empty(), "the browser's console has errors or warnings");
    Ok(())
}
