//! What the console says beside Redis's own texts.

use crate::view::console::tabs::NameProblem;

pub const FIELD_ABOUT: &str = "Tab completes. To leave with Tab, press Escape first. Up and down: \
    history; Ctrl-R searches it; Ctrl-L clears; Ctrl-C lets go of a blocked command.";
pub const OWN_COMMANDS: &str = "The world's own commands:";
pub const REPLY_UNREADABLE: &str = "(a reply that cannot be read)";
pub const SAID_UNREADABLE: &str = "A reply that cannot be read.";
pub const SAID_WAITING: &str = "Waiting: the command blocks.";
pub const SAID_NIL: &str = "nil, nothing there.";
pub const SCRIPT_HEAD: &str = "From Streamlanes. Run it with: redis-cli < this-file";
pub const SCRIPT_ONLY_HERE: &str = "only in Streamlanes: ";

/// An error as an answer.
pub fn said_error(error: &str) -> String {
    format!("Error: {error}")
}

/// A list as an answer.
pub fn said_elements(n: usize) -> String {
    match n {
        0 => "Empty list.".to_owned(),
        1 => "List of 1 element.".to_owned(),
        n => format!("List of {n} elements."),
    }
}

/// HELP about what there is not.
pub fn no_help(about: &str) -> String {
    format!("No help for {about}. HELP alone lists what there is.")
}

/// Whose lines follow in a script.
pub fn script_as(client: &str) -> String {
    format!("as {client}")
}

/// Why a client cannot be called so.
pub fn name_problem(problem: NameProblem) -> String {
    match problem {
        NameProblem::Invalid => {
            "A client's name has 1 to 64 characters and no blanks (CLIENT SETNAME's rule).".into()
        }
        NameProblem::Taken => "There is a tab of that name.".into(),
        NameProblem::Full => super::tabs_full(),
    }
}

/// The tab of a client got another name.
pub fn client_renamed(name: &str, old: &str) -> String {
    format!("{name} is another client than {old}: its lines begin here.")
}
