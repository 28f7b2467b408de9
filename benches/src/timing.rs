//! Taking the time of work that may be short.

/// Something that says how many seconds have passed since some moment.
pub type Clock<'a> = &'a dyn Fn() -> f64;

/// How long something took.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Measured {
    /// How much of the work was done: less than asked for when the time was over.
    pub n: u64,
    pub seconds: f64,
}

/// Below this the clock of a browser is too coarse.
const SECONDS_MIN: f64 = 0.03;
const REPEATS_MAX: u32 = 200;

/// How much work is done between two looks at the clock.
const STRIDE: u64 = 4096;

/// Measures `once` again and again until the clock is fine enough for what it took in all.
///
/// # Errors
/// The first one of `once`.
pub fn repeated<E>(mut once: impl FnMut() -> Result<Measured, E>) -> Result<Measured, E> {
    let mut total = Measured { n: 0, seconds: 0.0 };
    for _ in 0..REPEATS_MAX {
        let one = once()?;
        total = Measured { n: total.n + one.n, seconds: total.seconds + one.seconds };
        if SECONDS_MIN <= total.seconds {
            break;
        }
    }
    Ok(total)
}

/// Does `work` for 0, 1, … up to `n`, or until `limit_s` is over.
pub fn count(clock: Clock<'_>, n: u64, limit_s: f64, mut work: impl FnMut(u64)) -> Measured {
    count_prepared(clock, n, limit_s, |_| (), |n, &()| work(n))
}

/// The same, with something to be made for each one before; that time does not count.
pub fn count_prepared<T>(
    clock: Clock<'_>,
    n: u64,
    limit_s: f64,
    prepare: impl Fn(u64) -> T,
    mut work: impl FnMut(u64, &T),
) -> Measured {
    let (mut done, mut seconds) = (0, 0.0);
    loop {
        let next = n.min(done + STRIDE);
        let prepared: Vec<T> = (done..next).map(&prepare).collect();
        let start = clock();
        for (n, prepared) in (done..next).zip(&prepared) {
            work(n, prepared);
        }
        seconds += clock() - start;
        done = next;
        if n <= done || limit_s <= seconds {
            return Measured { n: done, seconds };
        }
    }
}
