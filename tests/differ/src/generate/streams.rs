//! Commands of the log: adding, reading, deleting, trimming.

use streamlanes::command::Profile;

use super::Generator;
use super::words::{FUTURE, KEYS, line};
use crate::Word;

const STRATEGIES: [&[u8]; 3] = [b"KEEPREF", b"DELREF", b"ACKED"];

pub(super) fn xadd(g: &mut Generator) -> Vec<Word> {
    let key_idx = g.key_idx();
    let mut words = vec![b"XADD".to_vec(), KEYS[key_idx].to_vec()];
    let mut options = Vec::new();
    if g.rng.chance(4) {
        options.push(line("NOMKSTREAM"));
    }
    if g.rng.chance(12) {
        options.push(trimming(g, key_idx));
    }
    if g.rng.chance(3) {
        options.push(vec![strategy(g)]);
    }
    if g.profile.has((8, 6)) && (key_idx == KEYS.len() - 1 || g.rng.chance(1)) {
        let producer = g.rng.pick(&[&b"p"[..], b"p", b"other", b""]).to_vec();
        match g.rng.below(3) {
            0 => options.push(vec![b"IDMPAUTO".to_vec(), producer]),
            1 => options.push(vec![b"IDMP".to_vec(), producer, g.number(6)]),
            _ => {}
        }
    }
    g.options(&mut words, options);
    words.push(new_id(g, key_idx));
    for _ in 0..1 + g.rng.below(3) {
        words.extend([g.field(), g.value()]);
    }
    words
}

/// Mostly an id above all others; from the clock for one of the keys.
fn new_id(g: &mut Generator, key_idx: usize) -> Word {
    if key_idx == KEYS.len() - 1 {
        return b"*".to_vec();
    }
    match g.rng.below(30) {
        0 => match g.id(key_idx) {
            id if id == b"*" => b"0-1".to_vec(),
            id => id,
        },
        1 => format!("{}-*", g.tops[key_idx]).into_bytes(),
        2 => {
            g.tops[key_idx] += 1;
            format!("{}-*", g.tops[key_idx]).into_bytes()
        }
        3 => format!("{}-{}", g.tops[key_idx], 1 + g.rng.below(5)).into_bytes(),
        _ => {
            g.tops[key_idx] += 1 + g.rng.below(2) as u64;
            format!("{}-0", g.tops[key_idx]).into_bytes()
        }
    }
}

/// MAXLEN or MINID with all that may belong to it.
fn trimming(g: &mut Generator, key_idx: usize) -> Vec<Word> {
    let mut words = Vec::new();
    let by_id = g.rng.chance(40);
    words.push(if by_id { b"MINID".to_vec() } else { b"MAXLEN".to_vec() });
    let is_approximate = match g.rng.below(3) {
        0 => false,
        1 => {
            words.push(b"=".to_vec());
            false
        }
        _ => {
            words.push(b"~".to_vec());
            true
        }
    };
    words.push(if by_id { g.id(key_idx) } else { g.number(30) });
    if is_approximate && g.rng.chance(40) || g.rng.chance(3) {
        words.extend([b"LIMIT".to_vec(), g.number(12)]);
    }
    words
}

fn strategy(g: &mut Generator) -> Word {
    g.rng.pick(&STRATEGIES).to_vec()
}

/// The commands around idempotent producers.
pub(super) fn idmp(g: &mut Generator) -> Vec<Word> {
    let key_idx = g.rng.pick(&[KEYS.len() - 1, FUTURE, FUTURE]);
    let key = KEYS[key_idx].to_vec();
    if key_idx == FUTURE && g.rng.chance(70) {
        let producer = g.rng.pick(&[&b"p"[..], b"other", b""]).to_vec();
        return vec![b"XIDMPRECORD".to_vec(), key, producer, g.number(6), g.id(key_idx)];
    }
    let mut words = vec![b"XCFGSET".to_vec(), key];
    let mut options = Vec::new();
    if g.rng.chance(60) {
        let seconds = g.rng.pick(&[&b"100"[..], b"86400", b"86401", b"0", b"500", b"-1", b"x"]);
        options.push(vec![b"IDMP-DURATION".to_vec(), seconds.to_vec()]);
    }
    if g.rng.chance(60) {
        let n = g.rng.pick(&[&b"100"[..], b"1", b"2", b"3", b"10000", b"10001", b"0", b"x"]);
        options.push(vec![b"IDMP-MAXSIZE".to_vec(), n.to_vec()]);
    }
    g.options(&mut words, options);
    words
}

pub(super) fn xlen(g: &mut Generator) -> Vec<Word> {
    vec![b"XLEN".to_vec(), g.key()]
}

pub(super) fn xrange(g: &mut Generator) -> Vec<Word> {
    let key_idx = g.key_idx();
    let (start, end) = (g.bound(key_idx, b"-"), g.bound(key_idx, b"+"));
    let key = KEYS[key_idx].to_vec();
    let mut words = if g.rng.chance(50) {
        vec![b"XRANGE".to_vec(), key, start, end]
    } else {
        vec![b"XREVRANGE".to_vec(), key, end, start]
    };
    while g.rng.chance(40) {
        words.extend([b"COUNT".to_vec(), g.number(6)]);
    }
    words
}

pub(super) fn xread(g: &mut Generator) -> Vec<Word> {
    let mut words = vec![b"XREAD".to_vec()];
    let mut options = Vec::new();
    if g.rng.chance(50) {
        options.push(vec![b"COUNT".to_vec(), g.number(5)]);
    }
    options.extend(g.block());
    options.extend(g.totals(true));
    g.options(&mut words, options);
    g.streams(&mut words, |g, key_idx| match g.rng.below(10) {
        0..=2 => b"$".to_vec(),
        // 7.4.1 does with it what 7.4.2 does not.
        3 if g.profile != Profile::Redis74 => b"+".to_vec(),
        4 => b"0".to_vec(),
        _ => g.id(key_idx),
    });
    words
}

impl Generator {
    /// BLOCK, if this command is to wait. With one client only a moment, since nobody can end it.
    pub(super) fn block(&mut self) -> Option<Vec<Word>> {
        let time = if self.may_block && self.rng.chance(50) {
            self.rng.pick(&[&b"0"[..], b"0", b"100000"]).to_vec()
        } else if self.rng.chance(1) {
            // A wait that ends by itself ends no two times at the same moment; without others to
            // look at, nobody sees that.
            let times: &[&[u8]] = &[b"-1", b"abc", b"", b"1", b"2"];
            self.rng.pick(if self.may_block { &times[..3] } else { times }).to_vec()
        } else if !self.may_block && self.in_multi() && self.rng.chance(30) {
            // Not 0: a shorter sequence may lack the MULTI.
            b"1".to_vec()
        } else {
            return None;
        };
        Some(vec![b"BLOCK".to_vec(), time])
    }

    /// MAXCOUNT and MAXSIZE, where they exist.
    pub(super) fn totals(&mut self, with_size: bool) -> Vec<Vec<Word>> {
        let mut options = Vec::new();
        if self.profile.has((8, 10)) && self.rng.chance(20) {
            options.push(vec![b"MAXCOUNT".to_vec(), self.number(9)]);
        }
        if with_size && self.profile.has((8, 10)) && self.rng.chance(20) {
            options.push(vec![b"MAXSIZE".to_vec(), self.number(400)]);
        }
        options
    }

    /// STREAMS with one to three keys and as many ids.
    pub(super) fn streams(
        &mut self,
        words: &mut Vec<Word>,
        mut id: impl FnMut(&mut Generator, usize) -> Word,
    ) {
        words.push(b"STREAMS".to_vec());
        let n_keys = self.rng.pick(&[1, 1, 1, 1, 2, 2, 3]);
        let key_idxs: Vec<usize> = (0..n_keys).map(|_| self.key_idx()).collect();
        words.extend(key_idxs.iter().map(|&key_idx| KEYS[key_idx].to_vec()));
        for key_idx in key_idxs {
            words.push(id(self, key_idx));
        }
        if self.rng.chance(1) {
            words.pop();
        }
    }
}

pub(super) fn xdel(g: &mut Generator) -> Vec<Word> {
    let key_idx = g.key_idx();
    let mut words = vec![b"XDEL".to_vec(), KEYS[key_idx].to_vec()];
    for _ in 0..1 + g.rng.below(3) {
        words.push(g.id(key_idx));
    }
    words
}

pub(super) fn xdelex(g: &mut Generator) -> Vec<Word> {
    let key_idx = g.key_idx();
    let mut words = vec![b"XDELEX".to_vec(), KEYS[key_idx].to_vec()];
    delete_tail(g, key_idx, &mut words);
    words
}

/// `[KEEPREF | DELREF | ACKED] IDS n id ...` in either order.
pub(super) fn delete_tail(g: &mut Generator, key_idx: usize, words: &mut Vec<Word>) {
    let mut options = Vec::new();
    if g.rng.chance(70) {
        options.push(vec![strategy(g)]);
    }
    let n_ids = 1 + g.rng.below(3);
    let said = if g.rng.chance(3) { g.number(5) } else { n_ids.to_string().into_bytes() };
    let mut ids = vec![b"IDS".to_vec(), said];
    for _ in 0..n_ids {
        ids.push(g.id(key_idx));
    }
    options.push(ids);
    g.options(words, options);
}

pub(super) fn xtrim(g: &mut Generator) -> Vec<Word> {
    let key_idx = g.key_idx();
    let mut words = vec![b"XTRIM".to_vec(), KEYS[key_idx].to_vec()];
    let mut options = vec![trimming(g, key_idx)];
    if g.rng.chance(20) {
        options.push(vec![strategy(g)]);
    }
    g.options(&mut words, options);
    words
}

pub(super) fn xsetid(g: &mut Generator) -> Vec<Word> {
    let key_idx = g.key_idx();
    let mut words = vec![b"XSETID".to_vec(), KEYS[key_idx].to_vec()];
    let id = g.id(key_idx);
    // The very last id would end all adding to this key.
    words.push(if id.starts_with(b"1844") { b"3-3".to_vec() } else { id });
    let mut options = Vec::new();
    if g.rng.chance(50) {
        options.push(vec![b"ENTRIESADDED".to_vec(), g.number(60)]);
    }
    if g.rng.chance(50) {
        options.push(vec![b"MAXDELETEDID".to_vec(), g.id(key_idx)]);
    }
    g.options(&mut words, options);
    words
}

pub(super) fn xinfo(g: &mut Generator) -> Vec<Word> {
    let key = g.key();
    match g.rng.below(12) {
        0..=2 => vec![b"XINFO".to_vec(), b"STREAM".to_vec(), key],
        3..=5 => vec![b"XINFO".to_vec(), b"STREAM".to_vec(), key, b"FULL".to_vec()],
        6 => {
            let mut words = vec![b"XINFO".to_vec(), b"STREAM".to_vec(), key, b"FULL".to_vec()];
            words.extend([b"COUNT".to_vec(), g.number(8)]);
            words
        }
        7..=8 => vec![b"XINFO".to_vec(), b"GROUPS".to_vec(), key],
        9..=10 => vec![b"XINFO".to_vec(), b"CONSUMERS".to_vec(), key, g.group()],
        _ => vec![b"XINFO".to_vec(), g.rng.pick(&[&b"HELP"[..], b"NOPE", b"help"]).to_vec()],
    }
}

/// Options and commands younger than the servers at hand: how they are refused.
pub(super) fn too_new(g: &mut Generator) -> Vec<Word> {
    // What exists in this server has its own families.
    let n = match g.profile.redis_version() {
        (8, 10..) => return line("XNOSUCH s"),
        (8, 8..) => 1,
        (8, 6..) => 2,
        (8, 4..) => 6,
        _ => 7,
    };
    let text = match g.rng.below(n) {
        0 => "XREAD MAXCOUNT 5 STREAMS s 0",
        1 => "XNACK s g FAIL IDS 1 1-0",
        2 => "XCFGSET s IDMP-DURATION 5",
        3 => "XADD s IDMP p i * f v",
        4 => "XADD s IDMPAUTO p * f v",
        5 => "XIDMPRECORD s p i 1-0",
        _ => "XREADGROUP GROUP g bob CLAIM 5 STREAMS s >",
    };
    line(text)
}
