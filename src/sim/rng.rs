//! Random numbers that are the same everywhere: integers only, seeded, one stream for each actor.
//!
//! The generator is xoshiro256** seeded by splitmix64, both by David Blackman and Sebastiano Vigna,
//! who put them in the public domain (<https://prng.di.unimi.it/>). Our own few lines, so that a
//! crate's next version cannot change what an old link shows.

use super::fingerprint::hash_bytes;

/// One stream of random numbers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rng {
    state: [u64; 4],
}

impl Rng {
    /// The stream of an actor: depends on the world's seed and the actor's name only, so that
    /// adding an actor does not move the others.
    pub fn for_actor(seed: u64, name: &str) -> Rng {
        let mut mixer = seed ^ hash_bytes(name.as_bytes());
        let state = [(); 4].map(|()| splitmix64(&mut mixer));
        Rng { state }
    }

    /// The next 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        let [s0, s1, s2, s3] = &mut self.state;
        let result = s1.wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let shifted = *s1 << 17;
        *s2 ^= *s0;
        *s3 ^= *s1;
        *s1 ^= *s2;
        *s0 ^= *s3;
        *s2 ^= shifted;
        *s3 = s3.rotate_left(45);
        result
    }

    /// A number in `0..n`, uniform (the bias of the multiplication is below n / 2^64). 0 if n is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(n)) >> 64) as u64
    }

    /// A number in `low..=high`; `low` if the range is empty.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        let span = high.saturating_sub(low);
        low + if span == u64::MAX { self.next_u64() } else { self.below(span + 1) }
    }

    /// True `permille` times in a thousand.
    pub fn chance(&mut self, permille: u32) -> bool {
        self.below(1_000) < u64::from(permille)
    }

    /// `value` give or take up to `permille` of it, uniform.
    pub fn jittered(&mut self, value: u64, permille: u32) -> u64 {
        let spread =
            value / 1_000 * u64::from(permille) + value % 1_000 * u64::from(permille) / 1_000;
        if spread == 0 {
            return value;
        }
        self.between(value.saturating_sub(spread), value.saturating_add(spread))
    }

    /// Mixes the state into a fingerprint.
    pub fn state(&self) -> [u64; 4] {
        self.state
    }
}

fn splitmix64(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitmix_gives_the_published_numbers() {
        // The first outputs for seed 1234567, as listed by several independent implementations.
        let mut state = 1_234_567;
        let expected = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973];
        assert_eq!([splitmix64(&mut state), splitmix64(&mut state)], expected);
    }

    #[test]
    fn xoshiro_gives_the_reference_numbers() {
        // From the reference program, state 1, 2, 3, 4.
        let mut rng = Rng { state: [1, 2, 3, 4] };
        let expected = [11_520, 0, 1_509_978_240, 1_215_971_899_390_074_240];
        assert_eq!([(); 4].map(|()| rng.next_u64()), expected);
    }

    #[test]
    fn streams_depend_on_the_name_and_the_seed_only() {
        let stream = |seed, name| Rng::for_actor(seed, name).next_u64();
        assert_eq!(stream(7, "billing-1"), stream(7, "billing-1"));
        assert_ne!(stream(7, "billing-1"), stream(7, "billing-2"));
        assert_ne!(stream(7, "billing-1"), stream(8, "billing-1"));
    }

    #[test]
    fn draws_stay_in_their_range_and_reach_its_ends() {
        let mut rng = Rng::for_actor(1, "dice");
        let draws: Vec<u64> = (0..1_000).map(|_| rng.between(1, 6)).collect();
        assert_eq!((draws.iter().min(), draws.iter().max()), (Some(&1), Some(&6)));
        assert!((0..1_000).all(|_| (900..=1_100).contains(&rng.jittered(1_000, 100))));
        assert_eq!((rng.below(0), rng.between(5, 4), rng.jittered(0, 500)), (0, 5, 0));
        assert!((0..1_000).all(|_| rng.chance(1_000)) && !(0..1_000).any(|_| rng.chance(0)));
    }
}
