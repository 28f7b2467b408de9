//! Worlds kept along the way, so that going back does not begin at the beginning.
//!
//! They stand evenly, so that every point of the past is equally near: one each `stride` executed
//! commands. When there are too many, every other one goes and the stride doubles.

use crate::limits::{CHECKPOINT_BYTES_MAX, CHECKPOINT_COMMANDS, CHECKPOINTS_MAX, WORLD_BYTES_MAX};
use crate::sim::world::World;
use crate::time::Millis;

#[derive(Clone, Debug)]
struct Checkpoint {
    n_applied: usize,
    /// What it holds at most that its neighbours do not.
    own_bytes: u64,
    /// What no two worlds share.
    unshared_bytes: u64,
    world: World,
}

/// The checkpoints of one session, oldest first.
#[derive(Clone, Debug)]
pub(super) struct Checkpoints {
    list: Vec<Checkpoint>,
    stride: u64,
    /// What the data of the newest one had been written with, in bytes.
    written_bytes: u64,
}

impl Checkpoints {
    pub(super) fn new() -> Checkpoints {
        Checkpoints { list: Vec::new(), stride: CHECKPOINT_COMMANDS, written_bytes: 0 }
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
        let written_bytes = world.server().state().memory.written_bytes();
        let own_bytes = written_bytes.saturating_sub(self.written_bytes).min(WORLD_BYTES_MAX);
        self.written_bytes = written_bytes;
        let unshared_bytes = world.server().unshared_bytes(self.stride);
        let world = world.checkpoint();
        self.list.push(Checkpoint { n_applied, own_bytes, unshared_bytes, world });
        // Worlds share what did not change between them. What was written since may have been
        // deleted meanwhile, and live on in them alone.
        while CHECKPOINTS_MAX < self.list.len() || CHECKPOINT_BYTES_MAX < self.held_bytes() {
            self.thin_out();
        }
    }

    fn held_bytes(&self) -> u64 {
        let held = |checkpoint: &Checkpoint| checkpoint.own_bytes + checkpoint.unshared_bytes;
        self.list.iter().map(held).sum()
    }

    /// Every other one goes; what it shared with the next one alone is now that one's own.
    #[inline(never)]
    fn thin_out(&mut self) {
        let mut left_behind = None;
        for mut checkpoint in std::mem::take(&mut self.list) {
            match left_behind.take() {
                None => left_behind = Some(checkpoint.own_bytes),
                Some(n_bytes) => {
                    checkpoint.own_bytes = (checkpoint.own_bytes + n_bytes).min(WORLD_BYTES_MAX);
                    self.list.push(checkpoint);
                }
            }
        }
        self.stride *= 2;
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
        let last = self.list.last().map(|last| last.world.server().state().memory.written_bytes());
        self.written_bytes = last.unwrap_or(0);
    }

    /// After how many commands each of them was kept.
    #[cfg(test)]
    pub(super) fn places(&self) -> Vec<u64> {
        self.list.iter().map(|checkpoint| checkpoint.world.n_commands()).collect()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Profile;
    use crate::sim::scenario::Scenario;

    #[test]
    fn worlds_that_hold_much_for_themselves_are_kept_further_apart() {
        let mut world = World::new(&Scenario::empty(), 1, Profile::Redis86);
        let mut checkpoints = Checkpoints::new();
        for n_applied in 1..=10 {
            let (own_bytes, world) = (CHECKPOINT_BYTES_MAX / 6, world.clone());
            let unshared_bytes = 0;
            checkpoints.list.push(Checkpoint { n_applied, own_bytes, unshared_bytes, world });
        }
        checkpoints.consider(&mut world, 10_000);
        assert!(checkpoints.held_bytes() <= CHECKPOINT_BYTES_MAX);
        assert!((1..=3).contains(&checkpoints.len()), "{}", checkpoints.len());
        assert!(CHECKPOINT_COMMANDS < checkpoints.stride);
    }

    #[test]
    fn there_are_never_too_many_and_they_stand_evenly() {
        let mut world = World::new(&Scenario::empty(), 1, Profile::Redis86);
        let mut checkpoints = Checkpoints::new();
        for n in 1..=3 * CHECKPOINTS_MAX {
            checkpoints.consider(&mut world, n * CHECKPOINT_COMMANDS as usize);
            assert!(checkpoints.len() <= CHECKPOINTS_MAX);
        }
        assert_eq!(checkpoints.stride, 4 * CHECKPOINT_COMMANDS);
        assert!(CHECKPOINTS_MAX / 2 < checkpoints.len(), "{}", checkpoints.len());
        let places: Vec<usize> = checkpoints.list.iter().map(|one| one.n_applied).collect();
        assert!(places.windows(2).all(|two| two[1] - two[0] <= 4 * CHECKPOINT_COMMANDS as usize));
    }

    #[test]
    fn what_worlds_do_not_share_counts_for_each() {
        let mut world = World::new(&Scenario::empty(), 1, Profile::Redis86);
        let mut checkpoints = Checkpoints::new();
        world.apply("you", &format!("SET first {}", "v".repeat(50_000)));
        let n_copies = CHECKPOINT_BYTES_MAX / 8 / 50_000;
        for n in 0..n_copies {
            world.apply("you", &format!("COPY first copy-{n}"));
        }
        assert!(CHECKPOINT_BYTES_MAX / 8 <= world.server().unshared_bytes(0));
        for n_applied in 1..=30 {
            checkpoints.consider(&mut world, n_applied * CHECKPOINT_COMMANDS as usize);
            assert!(checkpoints.held_bytes() <= CHECKPOINT_BYTES_MAX);
        }
        assert!((1..=7).contains(&checkpoints.len()), "{}", checkpoints.len());
    }
}
