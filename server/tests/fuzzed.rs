//! The bodies of the fuzz targets (`tests/fuzz`) with bytes from a small generator: so they cannot
//! rot, and find at once what is broken badly.

#[path = "../../tests/fuzz/bodies.rs"]
mod bodies;

/// A small generator: the state is the seed.
struct Rng(u64);

impl Rng {
    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }
}

/// Runs a body with random bytes, most of them from `alphabet`.
fn check(body: fn(&[u8]), alphabet: &[u8], n_runs: usize, len_max: usize) {
    let mut rng = Rng(1);
    for _ in 0..n_runs {
        let len = rng.below(len_max);
        let bytes = (0..len).map(|_| match rng.below(10) {
            0 => rng.below(256) as u8,
            _ => alphabet[rng.below(alphabet.len())],
        });
        body(&bytes.collect::<Vec<u8>>());
    }
}

#[test]
fn lines_of_any_bytes() {
    check(bodies::line, b"XADD s * \"'\\x41\\n f v\0\r\n\t", 3_000, 60);
}

#[test]
fn connections_of_any_bytes() {
    check(bodies::door, b"*$0123\r\n\r\n\r\nab '\"-", 5_000, 80);
}

#[test]
fn commands_of_any_words() {
    let words: Vec<u8> = (0..=255).chain([255; 40]).chain([254; 4]).collect();
    check(bodies::engine, &words, 2_000, 300);
}
