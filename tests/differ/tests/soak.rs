//! 60,000 commands of all profiles on the engine alone: no panic, and nothing stays behind.
//! `cargo xtask differ --soak 10000000` is the long form.

use streamlanes_differ::soak::soak;

#[test]
fn nothing_panics_and_nothing_stays_behind() {
    let soaked = soak(60_000, 5_000_000, |_| {});
    assert!(60_000 <= soaked.n_commands);
    // What allocators keep is far less than what the replies alone would be.
    assert!(soaked.late_kib <= soaked.early_kib + 64 * 1024, "{soaked:?}");
}
