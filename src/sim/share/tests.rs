//! Links and files: there and back, at the limits, and damaged in every way.

use super::*;
use crate::command::Profile;
use crate::sim::rng::Rng;
use crate::sim::{Input, Scenario, Session};
use crate::time::WORLD_START;

fn saved(n_inputs: usize) -> Saved {
    let input = |n: usize| Input {
        at: WORLD_START + n as u64 * 137,
        who: ["", "alice", "боб"][n % 3].into(),
        line: format!("XADD orders * order {n} note \"caf\u{e9} \\x00 {}\"", n * 7_919).into(),
    };
    Saved {
        scenario: Scenario::builtin("orders").unwrap(),
        seed: u64::MAX,
        profile: Profile::Valkey9,
        journal: (0..n_inputs).map(input).collect(),
        now: WORLD_START + 12_345,
        end: WORLD_START + 1_000_000.max(n_inputs as u64 * 137),
        lesson: Some(("crash-before-ack".into(), 3)),
    }
}

#[test]
fn there_and_back() {
    for n_inputs in [0, 1, 100, 300] {
        let saved = saved(n_inputs);
        let whole = Decoded { saved: saved.clone(), problems: Vec::new() };
        assert_eq!(from_link(&to_link(&saved).unwrap()).as_ref(), Ok(&whole));
        assert_eq!(from_file(&to_file(&saved)), Ok(whole));
    }
    let mut own = saved(5);
    own.scenario = Scenario::parse("mine", "title: Mine\nXADD s * a 1\n").unwrap();
    let link = to_link(&own).unwrap();
    assert_eq!(from_link(&format!("#{link}")).map(|decoded| decoded.saved), Ok(own));
}

#[test]
fn a_lesson_of_twenty_lines_is_a_short_link() {
    let link = to_link(&saved(20)).unwrap();
    assert!(link.len() < 600, "{}", link.len());
}

#[test]
fn what_is_too_long_for_a_link_goes_into_a_file() {
    let n_max = LINK_INPUTS_MAX;
    let error = ShareError::TooManyInputs { n_inputs: n_max + 1, n_max };
    assert_eq!(to_link(&saved(n_max + 1)), Err(error));
    let mut big = saved(3);
    let mut rng = Rng::for_actor(1, "noise");
    let noise: String = (0..20_000).map(|_| char::from(b'a' + rng.below(26) as u8)).collect();
    big.journal[1].line = noise.into();
    assert!(matches!(to_link(&big), Err(ShareError::TooLong { .. })));
    assert_eq!(from_file(&to_file(&big)).unwrap().saved, big);
    let many = saved(20_000);
    assert!(from_file(&to_file(&many)).unwrap().saved == many);
}

#[test]
fn what_a_link_may_not_hold_is_refused_before_it_takes_memory() {
    // Deflate makes a thousand zeros of each byte: such a bomb ends at the limit.
    let bomb = URL_SAFE_NO_PAD.encode(pack(&vec![0; 4 * LINK_DECODED_BYTES_MAX]));
    assert!(bomb.len() < LINK_BYTES_MAX);
    assert!(matches!(from_link(&bomb), Err(ShareError::TooLong { .. })));
    let many = saved(LINK_INPUTS_MAX);
    let mut more = many.clone();
    more.journal.iter_mut().for_each(|input| input.line = "PING".into());
    let last = more.journal[LINK_INPUTS_MAX - 1].clone();
    more.journal.push(last);
    let decoded = from_link(&URL_SAFE_NO_PAD.encode(to_file(&more))).unwrap();
    assert_eq!(decoded.saved.journal.len(), LINK_INPUTS_MAX);
    assert_eq!(decoded.problems[0], Damage::TooManyLines(LINK_INPUTS_MAX));
}

#[test]
fn strangers_and_later_versions_are_told_apart() {
    for text in ["", "#", "hello", "lesson=first", "U0w", "%%%", "ключ"] {
        assert_eq!(from_link(text), Err(ShareError::NotASession), "{text}");
    }
    let mut later = to_file(&saved(1));
    later[2] = VERSION + 1;
    assert_eq!(from_file(&later), Err(ShareError::TooNew { version: VERSION + 1 }));
    let long = "A".repeat(LINK_BYTES_MAX + 1);
    assert!(matches!(from_link(&long), Err(ShareError::TooLong { .. })));
}

#[test]
fn a_link_that_was_cut_keeps_its_beginning() {
    let whole = saved(60);
    let link = to_link(&whole).unwrap();
    let mut n_kept_most = 0;
    for len in 0..link.len() {
        let Ok(decoded) = from_link(&link[..len]) else { continue };
        assert!(!decoded.problems.is_empty(), "{len}");
        let n_kept = decoded.saved.journal.len();
        assert!(decoded.saved.journal[..] == whole.journal[..n_kept], "{len}");
        n_kept_most = n_kept_most.max(n_kept);
    }
    assert!(30 < n_kept_most, "{n_kept_most}");
}

/// Whatever happens to one byte of a file: it is noticed, or it made no difference.
#[test]
fn every_damaged_byte_is_noticed() {
    let whole = saved(12);
    let file = to_file(&whole);
    for at in 0..file.len() {
        for damage in [0x01, 0x10, 0x80, 0xff] {
            let mut bytes = file.clone();
            bytes[at] ^= damage;
            if let Ok(decoded) = from_file(&bytes) {
                let is_noticed = !decoded.problems.is_empty();
                assert!(is_noticed || decoded.saved == whole, "byte {at} ^ {damage:#x}");
            }
        }
        let mut bytes = file.clone();
        bytes.remove(at);
        let missing = from_file(&bytes);
        assert!(missing.is_err() || !missing.unwrap().problems.is_empty(), "without byte {at}");
    }
    assert_eq!(from_file(&file).unwrap(), Decoded { saved: whole, problems: Vec::new() });
}

/// Deflated zeros: a literal one, then as often as needed "258 bytes like the one before", in the
/// fixed code. (Deflating so many would take a while.)
fn deflated_zeros(n_bytes: usize) -> Vec<u8> {
    let (mut bytes, mut n_bits) = (Vec::new(), 0);
    let mut put = |bits: &str| {
        for bit in bits.bytes() {
            if n_bits % 8 == 0 {
                bytes.push(0);
            }
            *bytes.last_mut().unwrap() |= (bit - b'0') << (n_bits % 8);
            n_bits += 1;
        }
    };
    put("110");
    put("00110000");
    (0..n_bytes / 258).for_each(|_| put("1100010100000"));
    put("0000000");
    bytes
}

#[test]
fn files_have_an_end_too() {
    let (most, more) = (FILE_DECODED_BYTES_MAX, FILE_DECODED_BYTES_MAX + 300);
    let (plain, is_whole) = inflate(&deflated_zeros(10_000), most).unwrap();
    assert_eq!((plain.len(), is_whole), (1 + 10_000 / 258 * 258, true));
    assert!(plain.iter().all(|byte| *byte == 0));
    let too_long = inflate(&deflated_zeros(more), most);
    assert_eq!(too_long, Err(ShareError::TooLong { n_bytes: most + 1, n_max: most }));
    let long = vec![0; FILE_BYTES_MAX + 1];
    assert!(matches!(from_file(&long), Err(ShareError::TooLong { .. })));
}

#[test]
fn no_damage_and_no_noise_panics() {
    let file = to_file(&saved(40));
    let mut rng = Rng::for_actor(2, "damage");
    for _ in 0..3_000 {
        let mut bytes = file.clone();
        for _ in 0..=rng.below(4) {
            let at = rng.below(bytes.len() as u64) as usize;
            bytes[at] = rng.next_u64() as u8;
        }
        bytes.truncate(rng.between(0, bytes.len() as u64) as usize);
        if let Ok(decoded) = from_file(&bytes) {
            assert!(WORLD_START <= decoded.saved.now && decoded.saved.now <= decoded.saved.end);
        }
    }
    for n_bytes in 0..3_000 {
        let noise: Vec<u8> = (0..n_bytes % 200).map(|_| rng.next_u64() as u8).collect();
        // Noise as such, and noise as sections of a session that is otherwise well.
        for bytes in [noise.clone(), pack(&noise)] {
            if let Ok(decoded) = from_file(&bytes) {
                Session::load(Saved { now: WORLD_START, ..decoded.saved });
            }
        }
    }
}
