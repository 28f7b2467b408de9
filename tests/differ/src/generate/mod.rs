//! Sequences out of seeds.
//!
//! Names, ids and numbers come from small pools, so that commands meet each other's data. Every
//! sequence has its own mix of commands (its own weights), so that rare combinations are common in
//! some sequence.
//!
//! Times that decide something (min-idle, IDLE) are seconds apart from the idle times that occur,
//! which are either a sequence's own few milliseconds or what XCLAIM set, so no clock tick decides.

mod generic;
mod groups;
mod mutate;
mod streams;
mod words;

use streamlanes::command::Profile;

use crate::rng::Rng;
use crate::{Sequence, Step, Word};

/// A command family: how often it is chosen before the sequence's own mix, and since when it
/// exists.
type Family = (usize, (u8, u8), Make);
/// Makes one command.
type Make = fn(&mut Generator) -> Vec<Word>;

const FAMILIES: &[Family] = &[
    (30, (6, 2), streams::xadd),
    (3, (6, 2), streams::xlen),
    (7, (6, 2), streams::xrange),
    (6, (6, 2), streams::xread),
    (5, (6, 2), streams::xdel),
    (5, (6, 2), streams::xtrim),
    (2, (6, 2), streams::xsetid),
    (3, (8, 2), streams::xdelex),
    (20, (6, 2), groups::xreadgroup),
    (8, (6, 2), groups::xack),
    (3, (8, 2), groups::xackdel),
    (8, (6, 2), groups::xclaim),
    (6, (6, 2), groups::xautoclaim),
    (7, (6, 2), groups::xpending),
    (10, (6, 2), groups::xgroup),
    (7, (6, 2), streams::xinfo),
    (4, (6, 2), generic::keys),
    (4, (6, 2), generic::other_types),
    (2, (6, 2), generic::connection),
    (1, (6, 2), generic::transaction),
    (1, (6, 2), streams::too_new),
    (3, (8, 6), streams::idmp),
    (4, (8, 8), groups::xnack),
    (3, (6, 2), generic::more_types),
    (3, (6, 2), generic::anything),
];

/// Makes commands; see the module.
#[derive(Debug)]
pub struct Generator {
    rng: Rng,
    /// The server that the sequence is for.
    profile: Profile,
    n_keys: usize,
    n_groups: usize,
    n_consumers: usize,
    /// The highest milliseconds of an explicit id so far, per key.
    tops: Vec<u64>,
    weights: Vec<usize>,
    /// Who makes the next command, and who is in a transaction.
    client: usize,
    in_multi: Vec<bool>,
    /// Commands may wait for ever: there are others who can wake them.
    may_block: bool,
}

/// The sequence of a seed. Every fifth has several clients, some of which wait.
pub fn sequence(profile: Profile, seed: u64, n_steps: usize) -> Sequence {
    let mut rng = Rng::new(seed);
    let n_clients = if rng.below(5) == 0 { 3 } else { 1 };
    let node_entries_max = rng.pick(&[100, 100, 1, 2, 3, 5, 10, 0]);
    let node_bytes_max = rng.pick(&[4096, 4096, 4096, 0, 64, 200, 1000]);
    let is_resp3 = rng.chance(40);
    let mut weight_of = |&(weight, since, _): &Family| {
        // What the server does not know is refused; once in a while is enough to see how.
        rng.below(5) * if profile.has(since) { weight } else { 1 }
    };
    let weights = FAMILIES.iter().map(&mut weight_of).collect();
    let mut tops = vec![0; words::KEYS.len()];
    // Idempotency ids are forgotten by the age of their entry: one key has entries of the far
    // future.
    if profile.has((8, 6)) {
        tops[words::FUTURE] = 9_000_000_000_000;
    }
    let mut generator = Generator {
        profile,
        n_keys: 1 + rng.below(4),
        n_groups: 1 + rng.below(3),
        n_consumers: 1 + rng.below(4),
        tops,
        weights,
        client: 0,
        in_multi: vec![false; n_clients],
        may_block: 1 < n_clients,
        rng,
    };
    generator.weights[0] = generator.weights[0].max(10);
    let mut steps = generator.beginning();
    while steps.len() < n_steps {
        generator.client = generator.rng.below(n_clients);
        let words = generator.command();
        steps.push(Step { client: generator.client, words });
    }
    // Whoever is still in a transaction leaves it, so that the questions at the end are answered.
    for client in (0..n_clients).filter(|&client| generator.in_multi[client]) {
        steps.push(Step { client, words: vec![b"EXEC".to_vec()] });
    }
    for words in generator.questions() {
        steps.push(Step { client: 0, words });
    }
    Sequence { n_clients, is_resp3, node_entries_max, node_bytes_max, steps }
}

impl Generator {
    fn command(&mut self) -> Vec<Word> {
        let family = self.rng.weighted(&self.weights);
        let words = FAMILIES[family].2(self);
        let is_transaction = [&b"MULTI"[..], b"EXEC", b"DISCARD"].contains(&words[0].as_slice());
        if is_transaction || !self.rng.chance(6) {
            return words;
        }
        let words = mutate::mutate(&mut self.rng, words);
        // Every parameter of the real server is more than this one has.
        let asks_for_all = words.first().is_some_and(|word| word.eq_ignore_ascii_case(b"CONFIG"))
            && words.iter().any(|word| word.contains(&b'*'));
        if asks_for_all { vec![b"PING".to_vec()] } else { words }
    }

    /// Most groups are there from the start; the rest of a sequence would meet errors otherwise.
    fn beginning(&mut self) -> Vec<Step> {
        let mut steps = Vec::new();
        for key in &words::KEYS[..self.n_keys] {
            for group in &words::GROUPS[..self.n_groups] {
                if self.rng.chance(75) {
                    let mut words = words::line("XGROUP CREATE");
                    words.extend([key.to_vec(), group.to_vec(), b"0".to_vec()]);
                    words.push(b"MKSTREAM".to_vec());
                    steps.push(Step { client: 0, words });
                }
            }
        }
        steps
    }

    /// What is asked at the end of every sequence: all that can be seen of every key.
    fn questions(&self) -> Vec<Vec<Word>> {
        let line = |text: &str| text.split(' ').map(|word| word.as_bytes().to_vec()).collect();
        let mut questions: Vec<Vec<Word>> = vec![line("SELECT 0"), line("DBSIZE")];
        for key in words::KEYS {
            let ask = |before: &str, after: &str| {
                let mut words: Vec<Word> = line(before);
                words.push(key.to_vec());
                words.extend(after.split_whitespace().map(|word| word.as_bytes().to_vec()));
                words
            };
            questions.push(ask("TYPE", ""));
            questions.push(ask("XINFO STREAM", "FULL COUNT 0"));
            questions.push(ask("XINFO STREAM", ""));
            questions.push(ask("XINFO GROUPS", ""));
            questions.push(ask("XRANGE", "- +"));
            questions.push(ask("PTTL", ""));
            for group in words::GROUPS {
                let mut words = ask("XPENDING", "");
                words.push(group.to_vec());
                questions.push(words);
            }
        }
        questions
    }

    fn in_multi(&self) -> bool {
        self.in_multi[self.client]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_sequence() {
        let one = sequence(Profile::Redis82, 7, 300);
        assert_eq!(one, sequence(Profile::Redis82, 7, 300));
        assert_ne!(one, sequence(Profile::Redis82, 8, 300));
    }

    #[test]
    fn every_command_occurs() {
        let mut names = std::collections::BTreeSet::new();
        for seed in 0..60 {
            for step in sequence(Profile::Redis82, seed, 300).steps {
                names.insert(String::from_utf8_lossy(&step.words[0]).to_uppercase());
            }
        }
        for name in [
            "XADD",
            "XLEN",
            "XRANGE",
            "XREVRANGE",
            "XREAD",
            "XDEL",
            "XTRIM",
            "XSETID",
            "XDELEX",
            "XREADGROUP",
            "XACK",
            "XACKDEL",
            "XCLAIM",
            "XAUTOCLAIM",
            "XPENDING",
            "XGROUP",
            "XINFO",
            "MULTI",
            "EXEC",
            "DISCARD",
            "WATCH",
            "RENAME",
            "COPY",
            "MOVE",
            "SWAPDB",
            "EXPIRE",
        ] {
            assert!(names.contains(name), "{name}");
        }
    }
}
