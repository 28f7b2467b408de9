//! The options that XADD and XTRIM share: how much to trim, and what becomes of references.
//!
//! The rules are odd in places because both commands grew around one loop: a keyword that lacks
//! its argument is not a keyword, so XADD takes it for the entry's id and complains about that.

use crate::command::args::strict_i64;
use crate::command::{Args, CommandError, Profile, id_text};
use crate::engine::{RefPolicy, Trim, TrimBy};

/// Without LIMIT, `~` looks at this many nodes' worth of entries.
const LIMIT_NODES: u64 = 100;
/// The default LIMIT when nodes may have any number of entries.
const LIMIT_UNBOUNDED_NODES: u64 = 10_000;
/// The default LIMIT is never above this.
const LIMIT_MAX: u64 = 1_000_000;

/// What was said about trimming so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TrimOptions {
    to: Option<TrimBy>,
    approximate: bool,
    limit: Option<u64>,
    refs: Option<RefPolicy>,
    /// Where LIMIT stands, for errors that point at it.
    limit_idx: usize,
}

impl TrimOptions {
    /// Takes the next option if it is one of these; `false` leaves the cursor where it was.
    pub fn eat(&mut self, args: &mut Args<'_>, profile: Profile) -> Result<bool, CommandError> {
        let idx = args.position();
        let n_more = args.n_left().saturating_sub(1);
        if 0 < n_more && args.eat("MAXLEN") {
            self.strategy(args, idx, |word, word_idx| {
                let n = strict_i64(word).ok_or(CommandError::NotAnInteger.at(word_idx))?;
                let negative = || CommandError::text("ERR The MAXLEN argument must be >= 0.");
                u64::try_from(n).map(TrimBy::MaxLen).map_err(|_| negative().at(word_idx))
            })?;
        } else if 0 < n_more && args.eat("MINID") {
            self.strategy(args, idx, |word, word_idx| {
                id_text::strict(word).map(TrimBy::MinId).map_err(|error| error.at(word_idx))
            })?;
        } else if 0 < n_more && args.eat("LIMIT") {
            let word_idx = args.position();
            let n = args.int().map_err(|error| error.at(word_idx))?;
            let negative =
                |_| CommandError::text("ERR The LIMIT argument must be >= 0.").at(word_idx);
            self.limit = Some(u64::try_from(n).map_err(negative)?);
            self.limit_idx = idx;
        } else if self.refs.is_none() && profile.has_reference_policies() {
            self.refs = ref_policy(args);
            return Ok(self.refs.is_some());
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// Whether there is neither a strategy nor a limit that counts.
    pub fn asks_for_nothing(&self) -> bool {
        self.to.is_none() && self.limit.is_none_or(|limit| limit == 0)
    }

    /// The checks that need all options; `None` when there is nothing to trim.
    /// `node_entries_max` is the configured `stream-node-max-entries`.
    pub fn finish(
        &self,
        profile: Profile,
        node_entries_max: i64,
    ) -> Result<Option<Trim>, CommandError> {
        let wrong = |text| Err(CommandError::text(text).at(self.limit_idx));
        if self.to.is_none() && self.limit.is_some_and(|limit| limit != 0) {
            return wrong(
                "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy",
            );
        }
        if self.limit.is_some() && !self.approximate {
            return wrong("ERR syntax error, LIMIT cannot be used without the special ~ option");
        }
        let Some(to) = self.to else { return Ok(None) };
        let limit = match self.limit {
            Some(limit) => limit,
            None if self.approximate => default_limit(node_entries_max),
            None => 0,
        };
        let refs = self.refs.unwrap_or_default();
        let (approx, approx_keeps_all) = (self.approximate, !profile.has((8, 6)));
        Ok(Some(Trim { by: to, approx, approx_keeps_all, limit, refs }))
    }

    /// `[=|~] threshold` behind a strategy word at `idx`.
    fn strategy(
        &mut self,
        args: &mut Args<'_>,
        idx: usize,
        threshold: impl FnOnce(&[u8], usize) -> Result<TrimBy, CommandError>,
    ) -> Result<(), CommandError> {
        if self.to.is_some() {
            let text =
                "ERR syntax error, MAXLEN and MINID options at the same time are not compatible";
            return Err(CommandError::text(text).at(idx));
        }
        // With one word left, a `~` is that word: it has to be the threshold, and is none.
        self.approximate = false;
        if 2 <= args.n_left() {
            match args.peek() {
                Some(b"~") => {
                    self.approximate = true;
                    args.word()?;
                }
                Some(b"=") => {
                    args.word()?;
                }
                _ => {}
            }
        }
        let word_idx = args.position();
        self.to = Some(threshold(args.word()?, word_idx)?);
        Ok(())
    }
}

/// KEEPREF, DELREF or ACKED, if that is the next word.
pub fn ref_policy(args: &mut Args<'_>) -> Option<RefPolicy> {
    let policies = [
        ("KEEPREF", RefPolicy::KeepRef),
        ("DELREF", RefPolicy::DelRef),
        ("ACKED", RefPolicy::Acked),
    ];
    policies.into_iter().find(|(word, _)| args.eat(word)).map(|(_, policy)| policy)
}

fn default_limit(node_entries_max: i64) -> u64 {
    match u64::try_from(node_entries_max) {
        Ok(n) if 0 < n => n.saturating_mul(LIMIT_NODES).min(LIMIT_MAX),
        _ => LIMIT_UNBOUNDED_NODES,
    }
}
