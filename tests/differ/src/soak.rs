//! The engine alone, for a long time: nothing may panic, overflow, or stay behind.
//!
//! One server takes the generated sequences of every profile's vocabulary, one after another, in
//! virtual time that sometimes jumps, so that keys expire and waits end. After each sequence its
//! invariants are checked, its clients leave, and FLUSHALL has to bring it back to what it was when
//! it was empty. Overflows are found by building with `debug-assertions` and `overflow-checks`.

use std::fs;

use streamlanes::command::{ClientId, Profile, Server};
use streamlanes::engine::Store;
use streamlanes::time::Millis;

use crate::rng::Rng;
use crate::{Sequence, Word, generate};

/// Commands of each sequence.
const N_STEPS: usize = 500;

/// What a soak did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Soaked {
    /// Commands that were run.
    pub n_commands: u64,
    /// Bytes of all replies.
    pub n_reply_bytes: u64,
    /// Resident memory of this process after a tenth of the run, in KiB; 0 where that is not known.
    pub early_kib: u64,
    /// The same at the end.
    pub late_kib: u64,
}

/// Runs at least so many commands; after each sequence it tells `progress` how many there were.
///
/// # Panics
/// If the engine panics, breaks an invariant, or keeps something of data that is gone.
pub fn soak(n_commands: u64, first_seed: u64, mut progress: impl FnMut(u64)) -> Soaked {
    let mut soaked = Soaked::default();
    let mut rng = Rng::new(first_seed);
    let mut now: Millis = 1_700_000_000_000;
    let profiles = Profile::ALL;
    let mut servers: Vec<Server> = profiles.iter().map(|&profile| Server::new(profile)).collect();
    for seed in first_seed.. {
        if n_commands <= soaked.n_commands {
            break;
        }
        let which = seed as usize % profiles.len();
        let (Some(&profile), Some(server)) = (profiles.get(which), servers.get_mut(which)) else {
            break;
        };
        let sequence = generate::sequence(profile, seed, N_STEPS);
        run_one(server, &sequence, &mut rng, &mut now, &mut soaked);
        if soaked.early_kib == 0 && n_commands / 10 <= soaked.n_commands {
            soaked.early_kib = resident_kib();
        }
        progress(soaked.n_commands);
    }
    soaked.late_kib = resident_kib();
    soaked
}

fn run_one(
    server: &mut Server,
    sequence: &Sequence,
    rng: &mut Rng,
    now: &mut Millis,
    soaked: &mut Soaked,
) {
    let clients: Vec<ClientId> = (0..sequence.n_clients).map(|_| server.connect(*now)).collect();
    for setting in [
        format!("CONFIG SET stream-node-max-entries {}", sequence.node_entries_max),
        format!("CONFIG SET stream-node-max-bytes {}", sequence.node_bytes_max),
    ] {
        let words: Vec<Word> = setting.split(' ').map(|word| word.as_bytes().to_vec()).collect();
        ask(server, clients[0], &words, *now, soaked);
    }
    for step in &sequence.steps {
        *now += match rng.below(400) {
            0 => 100_000,
            1..20 => 1_000,
            _ => rng.below(3) as u64,
        };
        server.advance(*now);
        let id = clients[step.client];
        if !server.is_blocked(id) {
            ask(server, id, &step.words, *now, soaked);
        }
        collect(server, soaked);
    }
    server.store().check_invariants();
    for client in clients {
        server.disconnect(client);
    }
    let client = server.connect(*now);
    ask(server, client, &[b"FLUSHALL".to_vec()], *now, soaked);
    collect(server, soaked);
    assert!((0..Store::N_DBS).all(|db| server.store().db(db).is_empty()));
    assert_eq!(used_memory(server, client, *now), Some(0), "memory after FLUSHALL");
    server.disconnect(client);
}

fn ask(
    server: &mut Server,
    client: ClientId,
    words: &[Word],
    now: Millis,
    soaked: &mut Soaked,
) -> Vec<u8> {
    let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    let mut out = Vec::new();
    server.execute(client, &words, now, &mut out);
    soaked.n_commands += 1;
    soaked.n_reply_bytes += out.len() as u64;
    out
}

fn collect(server: &mut Server, soaked: &mut Soaked) {
    while let Some((_, bytes)) = server.poll_output() {
        soaked.n_reply_bytes += bytes.len() as u64;
    }
}

/// What INFO says of the memory that the data takes, in bytes.
fn used_memory(server: &mut Server, client: ClientId, now: Millis) -> Option<u64> {
    let words = [b"INFO".to_vec(), b"memory".to_vec()];
    let reply = ask(server, client, &words, now, &mut Soaked::default());
    let text = String::from_utf8_lossy(&reply);
    text.lines().find_map(|line| line.strip_prefix("used_memory:"))?.parse().ok()
}

/// Resident memory of this process, in KiB, where the system tells.
fn resident_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}
