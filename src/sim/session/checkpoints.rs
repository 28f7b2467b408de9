//! Worlds kept along the way, so that going back does not begin at the beginning.
//!
//! They stand evenly, so that every point of the past is equally near: one each `stride` executed
//! commands. When there are too many, every other one goes and the stride doubles.

use crate::limits::{CHECKPOINT_COMMANDS, CHECKPOINTS_MAX};
use crate::sim::world::World;
use crate::time::Millis;

#[derive(Clone, Debug)]
struct Checkpoint {
    n_applied: usize,
    world: World,
}

/// The checkpoints of one session, oldest first.
#[derive(Clone, Debug)]
pub(super) struct Checkpoints {
    list: Vec<Checkpoint>,
    stride: u64,
}

impl Checkpoints {
    pub(super) fn new() -> Checkpoints {
        Checkpoints { list: Vec::new(), stride: CHECKPOINT_COMMANDS }
    }

    /// Keeps the world if it has come far enough since the last one that was kept. `n_applied`:
    /// how many inputs of the journal are in it.
    pub(super) fn consider(&mut self, world: &mut World, n_applied: usize) {
        // An input may run no command (SIM, CLOCK BACK) but has to be replayed all the same.
        let work = |world: &World, n_applied: usize| world.n_commands() + n_applied as u64;
        let last = self.list.last().map_or(0, |last| work(&last.world, last.n_applied));
        if work(world, n_applied) < last + self.stride {
            return;
        }
        self.list.push(Checkpoint { n_applied, world: world.checkpoint() });
        if CHECKPOINTS_MAX < self.list.len() {
            let mut keep = false;
            self.list.retain(|_| {
                keep = !keep;
                !keep
            });
            self.stride *= 2;
        }
    }

    /// The nearest world from which a time can be reached with that many inputs applied.
    pub(super) fn nearest(&self, at: Millis, n_applied: usize) -> Option<(usize, World)> {
        let leads_there = |checkpoint: &&Checkpoint| {
            checkpoint.world.now() <= at && checkpoint.n_applied <= n_applied
        };
        let checkpoint = self.list.iter().rev().find(leads_there)?;
        Some((checkpoint.n_applied, checkpoint.world.clone()))
    }

    /// Forgets what lies in a future that is discarded.
    pub(super) fn truncate(&mut self, at: Millis, n_applied: usize) {
        self.list
            .retain(|checkpoint| checkpoint.world.now() <= at && checkpoint.n_applied <= n_applied);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }
}
