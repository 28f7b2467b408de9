//! Making a sequence that differs as short as it can be.

use std::io;

use crate::campaign::Opponent;
use crate::real::Real;
use crate::run::{Difference, run};
use crate::{Sequence, show};

/// A short sequence that still differs, and how.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reproducer {
    /// What is left of the sequence.
    pub sequence: Sequence,
    /// The difference at its end.
    pub difference: Difference,
}

/// Leaves out commands, then words, as long as some difference remains.
///
/// # Errors
/// The real server is gone.
pub fn minimise(
    real: &Real,
    opponent: &Opponent,
    sequence: &Sequence,
    difference: Difference,
) -> io::Result<Reproducer> {
    let mut best = Reproducer { sequence: sequence.clone(), difference };
    best.cut_tail();
    let mut n_removed = best.sequence.steps.len().div_ceil(2);
    loop {
        let mut has_changed = false;
        let mut end = best.sequence.steps.len();
        while 0 < end {
            let start = end.saturating_sub(n_removed);
            let mut shorter = best.sequence.clone();
            shorter.steps.drain(start..end.min(shorter.steps.len()));
            if let Some(difference) = run(real, opponent, &shorter)? {
                best = Reproducer { sequence: shorter, difference };
                best.cut_tail();
                has_changed = true;
            }
            end = start.min(best.sequence.steps.len());
        }
        if !has_changed && n_removed == 1 {
            break;
        }
        n_removed = n_removed.div_ceil(2).max(1);
    }
    drop_words(real, opponent, &mut best)?;
    Ok(best)
}

/// Leaves out single words of the commands.
fn drop_words(real: &Real, opponent: &Opponent, best: &mut Reproducer) -> io::Result<()> {
    let mut step_idx = 0;
    while step_idx < best.sequence.steps.len() {
        let mut word_idx = 1;
        while word_idx < best.sequence.steps[step_idx].words.len() {
            let mut shorter = best.sequence.clone();
            shorter.steps[step_idx].words.remove(word_idx);
            match run(real, opponent, &shorter)? {
                // The same command must differ: another one would be another finding.
                Some(difference) if difference.step_idx == best.difference.step_idx => {
                    *best = Reproducer { sequence: shorter, difference };
                }
                _ => word_idx += 1,
            }
        }
        step_idx += 1;
    }
    Ok(())
}

impl Reproducer {
    /// What comes after the difference does not matter.
    fn cut_tail(&mut self) {
        self.sequence.steps.truncate(self.difference.step_idx + 1);
    }

    /// The commands and both replies, for people.
    pub fn report(&self) -> String {
        let sequence = &self.sequence;
        let mut report = format!(
            "CONFIG SET stream-node-max-entries {}\nCONFIG SET stream-node-max-bytes {}\n",
            sequence.node_entries_max, sequence.node_bytes_max
        );
        if sequence.is_resp3 {
            report.push_str("HELLO 3\n");
        }
        for step in &sequence.steps {
            if 1 < sequence.n_clients {
                report.push_str(&format!("client {}: ", step.client));
            }
            report.push_str(&show(&step.words));
            report.push('\n');
        }
        let difference = &self.difference;
        if 1 < sequence.n_clients {
            report.push_str(&format!("what client {} got:\n", difference.client));
        }
        report.push_str(&format!("engine: {}\n", difference.ours.escape_ascii()));
        report.push_str(&format!("redis:  {}\n", difference.theirs.escape_ascii()));
        let same = difference.ours.iter().zip(&difference.theirs).take_while(|(a, b)| a == b);
        report.push_str(&format!("the bytes differ from {} on\n", same.count()));
        report
    }
}
