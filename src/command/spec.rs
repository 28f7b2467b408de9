//! What is known about a command: the one source for arity, HELP, completion and COMMAND.

use super::error::c_name;
use super::{Args, CommandError, Ctx, Flow};

/// The Redis version that brought something, as `(major, minor)`.
pub type Since = (u8, u8);

/// One command.
#[derive(Debug)]
pub struct Spec {
    /// In capitals: `XADD`; a subcommand has both words: `XGROUP CREATE`.
    pub name: &'static str,
    /// Words including the name; negative: at least that many.
    pub arity: i8,
    /// First version that has it.
    pub since: Since,
    /// For COMMAND: `stream`, `generic`, `string`, `list`, `set`, `pubsub`, `transactions`,
    /// `connection`, `server`.
    pub group: &'static str,
    /// `write`, `readonly`, `fast`, `blocking`, … in the order in which COMMAND lists them.
    pub flags: &'static [&'static str],
    /// First key, last key, step, as COMMAND reports them; `(0, 0, 0)` without keys.
    pub keys: (i8, i8, i8),
    /// The arguments in the manual's notation, without the name; completion and ghost text read it:
    /// `key [NOMKSTREAM] [MAXLEN | MINID [= | ~] threshold [LIMIT count]] <* | id> field value
    /// [field value ...]`.
    pub syntax: &'static str,
    /// `(option word, first version that has it)` for options younger than the command.
    pub options_since: &'static [(&'static str, Since)],
    /// `O(1)`…
    pub complexity: &'static str,
    /// One sentence: what it does.
    pub summary: &'static str,
    /// One to three sentences: when one wants it.
    pub why: &'static str,
    /// What surprises people; empty if nothing does.
    pub gotcha: &'static str,
    /// Lines that can be typed as they are.
    pub examples: &'static [&'static str],
    /// Subcommands, if the first argument chooses one.
    pub subcommands: &'static [&'static Spec],
    /// What runs it. A container (XGROUP, CLIENT) has the function that runs a bare call.
    pub run: Run,
}

/// Runs a command whose arity was checked. Writes its reply to `ctx.out`, or returns the error
/// (then anything written is taken back), or asks to wait.
pub type Run = fn(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError>;

impl Spec {
    /// A command of which nothing is known, to be completed with `..Spec::BLANK`.
    pub const BLANK: Spec = Spec {
        name: "",
        arity: 0,
        since: (1, 0),
        group: "generic",
        flags: &[],
        keys: (0, 0, 0),
        syntax: "",
        options_since: &[],
        complexity: "O(1)",
        summary: "",
        why: "",
        gotcha: "",
        examples: &[],
        subcommands: &[],
        run: no_subcommand,
    };

    /// Whether so many words (the name counted) are allowed.
    pub fn accepts(&self, n_words: usize) -> bool {
        let arity = usize::from(self.arity.unsigned_abs());
        if self.arity < 0 { arity <= n_words } else { arity == n_words }
    }
}

/// What a container does when it is called with a subcommand that it does not have: before 7.0 it
/// finds out when it runs.
///
/// # Errors
/// Always, in the words of those versions.
pub fn no_subcommand(_: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let mut words = args.words().iter().copied();
    let name = words.next().unwrap_or_default().to_ascii_uppercase();
    let word = words.next().unwrap_or_default();
    let start = b"ERR Unknown subcommand or wrong number of arguments for '";
    let word = c_name(word);
    let word = word.get(..128).unwrap_or(word);
    let pieces: [&[u8]; 5] = [start, word, b"'. Try ", &name, b" HELP."];
    Err(CommandError::format(&pieces).at(1))
}
