//! Commands of consumer groups.

use super::Generator;
use super::streams::delete_tail;
use super::words::{KEYS, line};
use crate::Word;

pub(super) fn xreadgroup(g: &mut Generator) -> Vec<Word> {
    let mut words = vec![b"XREADGROUP".to_vec()];
    let mut options = vec![vec![b"GROUP".to_vec(), g.group(), g.consumer()]];
    if g.rng.chance(70) {
        options.push(vec![b"COUNT".to_vec(), g.number(5)]);
    }
    if g.rng.chance(8) {
        options.push(line("NOACK"));
    }
    options.extend(g.block());
    let claims = g.profile.has((8, 4)) && g.rng.chance(20);
    if claims {
        options.push(vec![b"CLAIM".to_vec(), g.idle_limit()]);
    }
    // Idle times count as bytes, and are longer or shorter with the clock.
    options.extend(g.totals(!claims));
    g.options(&mut words, options);
    g.streams(&mut words, |g, key_idx| match g.rng.below(12) {
        0..=8 => b">".to_vec(),
        9..=10 => b"0".to_vec(),
        _ => g.id(key_idx),
    });
    words
}

fn key_and_group(g: &mut Generator, name: &str) -> (usize, Vec<Word>) {
    let key_idx = g.key_idx();
    (key_idx, vec![name.as_bytes().to_vec(), KEYS[key_idx].to_vec(), g.group()])
}

pub(super) fn xack(g: &mut Generator) -> Vec<Word> {
    let (key_idx, mut words) = key_and_group(g, "XACK");
    for _ in 0..1 + g.rng.below(4) {
        words.push(g.id(key_idx));
    }
    words
}

pub(super) fn xackdel(g: &mut Generator) -> Vec<Word> {
    let (key_idx, mut words) = key_and_group(g, "XACKDEL");
    delete_tail(g, key_idx, &mut words);
    words
}

pub(super) fn xnack(g: &mut Generator) -> Vec<Word> {
    let (key_idx, mut words) = key_and_group(g, "XNACK");
    words.push(g.rng.pick(&[&b"SILENT"[..], b"FAIL", b"FATAL", b"fail", b"NO"]).to_vec());
    let n_ids = 1 + g.rng.below(3);
    let said = if g.rng.chance(3) { g.number(5) } else { n_ids.to_string().into_bytes() };
    let mut ids = vec![b"IDS".to_vec(), said];
    for _ in 0..n_ids {
        ids.push(g.id(key_idx));
    }
    let mut options = vec![ids];
    if g.rng.chance(25) {
        options.push(vec![b"RETRYCOUNT".to_vec(), g.number(9)]);
    }
    if g.rng.chance(25) {
        options.push(line("FORCE"));
    }
    g.options(&mut words, options);
    words
}

pub(super) fn xclaim(g: &mut Generator) -> Vec<Word> {
    let (key_idx, mut words) = key_and_group(g, "XCLAIM");
    words.extend([g.consumer(), g.idle_limit()]);
    for _ in 0..1 + g.rng.below(4) {
        words.push(g.id(key_idx));
    }
    let mut options = Vec::new();
    if g.rng.chance(40) {
        options.push(vec![b"IDLE".to_vec(), g.idle_to_set()]);
    }
    if g.rng.chance(10) {
        let times: &[&[u8]] = &[b"0", b"1000", b"1600000000000", b"99999999999999", b"-1", b"x"];
        options.push(vec![b"TIME".to_vec(), g.rng.pick(times).to_vec()]);
    }
    if g.rng.chance(20) {
        options.push(vec![b"RETRYCOUNT".to_vec(), g.number(9)]);
    }
    if g.rng.chance(25) {
        options.push(line("FORCE"));
    }
    if g.rng.chance(25) {
        options.push(line("JUSTID"));
    }
    if g.rng.chance(8) {
        options.push(vec![b"LASTID".to_vec(), g.plain_id(key_idx)]);
    }
    g.options(&mut words, options);
    words
}

pub(super) fn xautoclaim(g: &mut Generator) -> Vec<Word> {
    let (key_idx, mut words) = key_and_group(g, "XAUTOCLAIM");
    words.extend([g.consumer(), g.idle_limit()]);
    words.push(match g.rng.below(3) {
        0 => g.bound(key_idx, b"-"),
        _ => b"0-0".to_vec(),
    });
    let mut options = Vec::new();
    if g.rng.chance(60) {
        options.push(vec![b"COUNT".to_vec(), g.number(6)]);
    }
    if g.rng.chance(25) {
        options.push(line("JUSTID"));
    }
    g.options(&mut words, options);
    words
}

pub(super) fn xpending(g: &mut Generator) -> Vec<Word> {
    let (key_idx, mut words) = key_and_group(g, "XPENDING");
    if g.rng.chance(35) {
        return words;
    }
    if g.rng.chance(25) {
        words.extend([b"IDLE".to_vec(), g.idle_limit()]);
    }
    words.extend([g.bound(key_idx, b"-"), g.bound(key_idx, b"+"), g.number(12)]);
    if g.rng.chance(40) {
        words.push(g.consumer());
    }
    words
}

pub(super) fn xgroup(g: &mut Generator) -> Vec<Word> {
    let what = g.rng.weighted(&[45, 12, 5, 14, 10, 1]);
    if what == 5 {
        return vec![b"XGROUP".to_vec(), g.rng.pick(&[&b"HELP"[..], b"NOPE"]).to_vec()];
    }
    let name = ["CREATE", "SETID", "DESTROY", "CREATECONSUMER", "DELCONSUMER"][what];
    let key_idx = g.key_idx();
    let mut words = vec![b"XGROUP".to_vec(), name.as_bytes().to_vec()];
    words.extend([KEYS[key_idx].to_vec(), g.group()]);
    match what {
        0 | 1 => {
            words.push(match g.rng.below(4) {
                0 => b"$".to_vec(),
                1 => b"0".to_vec(),
                _ => g.id(key_idx),
            });
            let mut options = Vec::new();
            if what == 0 && g.rng.chance(60) {
                options.push(line("MKSTREAM"));
            }
            if g.rng.chance(25) {
                options.push(vec![b"ENTRIESREAD".to_vec(), g.number(40)]);
            }
            g.options(&mut words, options);
        }
        2 => {}
        _ => words.push(g.consumer()),
    }
    words
}
