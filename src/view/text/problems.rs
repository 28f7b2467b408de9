//! What does not work: the browser's store, what was shared, what was lost in the world.

use crate::sim::ledger::LossReason;
use crate::sim::{Damage, ShareError};

pub const STORE_SILENT: &str = "the browser's store did not answer";
pub const STORE_REFUSED: &str =
    "the browser refused to store (is the disk full, or private browsing on?)";
pub const STORE_MISSING: &str = "this browser has no IndexedDB";
pub const STORE_OLDER_PAGE: &str = "another tab runs an older version of this page";
pub const STORE_UNREADABLE: &str = "the stored session could not be read";
pub const STORE_NO_REASON: &str = "unknown reason";
pub const PROGRESS_TOO_LONG: &str = "the file is too long to be saved progress";
pub const NOT_PROGRESS: &str = "this is no saved progress";
pub const CRASHED_IN_NO_LINE: &str =
    "It did not happen while a line was being run, so nothing is left out.";

/// The line at which the page broke.
pub fn crashed_in(who: &str, line: &str) -> String {
    format!("It happened while this line was being run, which is left out now: {who}> {line}")
}

/// The page broke and came back.
pub fn started_again(problem: &str, aside: &str) -> String {
    format!("The page had to start again: {problem}. {aside}")
}

/// Why a session cannot be read, or not be shared.
pub fn share_error(error: &ShareError) -> String {
    match error {
        ShareError::NotASession => "this is no Streamlanes session".to_owned(),
        ShareError::TooNew { version } => format!(
            "this session has format {version}, from a later version of the page: reload the page"
        ),
        ShareError::TooLong { n_bytes, n_max } => {
            format!("{n_bytes} bytes are too many, at most {n_max}: save it as a file")
        }
        ShareError::TooManyInputs { n_inputs, n_max } => {
            format!("{n_inputs} lines are too many for a link, at most {n_max}: save it as a file")
        }
        ShareError::Damaged => "this session is damaged, and nothing of it is left".to_owned(),
    }
}

/// What is wrong with a session that can be opened all the same.
pub fn share_damage(damage: &Damage) -> String {
    let words = match damage {
        Damage::Characters => "the link holds characters that do not belong there",
        Damage::CutOff => "it is damaged or cut off: what came before the damage was kept",
        Damage::Checksum => "its checksum is wrong: something in it may differ from what was saved",
        Damage::EndsEarly => "it ends too early",
        Damage::NoScenario(name) => {
            return format!("it begins with the scenario '{name}', which this page has not");
        }
        Damage::BadScenario(error) => return format!("its scenario cannot be read: {error}"),
        Damage::NoProfile(name) => return format!("there is no version '{name}'"),
        Damage::TooManyLines(n_max) => {
            return format!("it holds more than {n_max} lines: the rest was left out");
        }
        Damage::BadLine => "a line in it is damaged: those before it were kept",
    };
    words.to_owned()
}

/// Why an effect will never happen, in the ledger.
pub fn loss_reason(why: LossReason) -> &'static str {
    match why {
        LossReason::AckedTooEarly => "acked before the work, then crashed",
        LossReason::AckedByHand => "acked by hand",
        LossReason::Trimmed => "trimmed or deleted before the work",
        LossReason::PendingDeleted => "pending entry deleted with its consumer or group",
        LossReason::Failed => "handler failed, no second try",
    }
}
