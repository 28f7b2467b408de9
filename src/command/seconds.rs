//! Seconds with a fraction, as words: what C reads as a `long double`.

/// The decimal exponents that a `long double` of 80 bits has.
const EXPONENT_MAX: i64 = 4932;
const EXPONENT_MIN: i64 = -4951;

/// A number with an optional fraction and exponent, decimal or hexadecimal, in millionths. What is
/// finer is rounded up, and what is larger becomes the largest number, as `inf` does; `None` for
/// what is no number, or none that C can hold (tests/differ/cases/timeouts-of-lists.txt).
pub fn micros(text: &[u8]) -> Option<i64> {
    let (is_negative, unsigned) = match text {
        [b'-', unsigned @ ..] => (true, unsigned),
        [b'+', unsigned @ ..] | unsigned => (false, unsigned),
    };
    let micros = match unsigned {
        [b'0', b'x' | b'X', hexadecimal @ ..] => hexadecimal_micros(hexadecimal)?,
        _ if is_infinity(unsigned) => i64::MAX,
        _ => decimal_micros(unsigned)?,
    };
    Some(if is_negative { -micros } else { micros })
}

fn is_infinity(text: &[u8]) -> bool {
    text.eq_ignore_ascii_case(b"inf") || text.eq_ignore_ascii_case(b"infinity")
}

/// Digits before and after the point, and the number behind the letter of the exponent.
fn parts(text: &[u8], letter: u8) -> Option<(&[u8], &[u8], i64)> {
    let mut halves = text.splitn(2, |byte| byte.eq_ignore_ascii_case(&letter));
    let (mantissa, exponent) = (halves.next()?, halves.next());
    let mut parts = mantissa.splitn(2, |&byte| byte == b'.');
    let (whole, fraction) = (parts.next()?, parts.next().unwrap_or_default());
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    Some((whole, fraction, exponent.map_or(Some(0), decimal_exponent)?))
}

fn decimal_micros(text: &[u8]) -> Option<i64> {
    let (whole, fraction, exponent) = parts(text, b'e')?;
    let n_zeros = whole.iter().chain(fraction).take_while(|&&digit| digit == b'0').count();
    let first = whole.len() as i64 + exponent - n_zeros as i64 - 1;
    let is_zero = n_zeros == whole.len() + fraction.len();
    if !is_zero && !(EXPONENT_MIN..=EXPONENT_MAX).contains(&first) {
        return None;
    }
    // How many of the digits stand before the point that separates whole millionths.
    let n_whole = whole.len() as i64 + 6 + exponent;
    let mut micros: i64 = 0;
    let mut has_rest = false;
    let mut n_digits = 0;
    for digit in whole.iter().chain(fraction) {
        let value = i64::from(digit.checked_sub(b'0').filter(|&value| value < 10)?);
        if n_digits < n_whole {
            micros = micros.saturating_mul(10).saturating_add(value);
        } else {
            has_rest |= value != 0;
        }
        n_digits += 1;
    }
    while n_digits < n_whole && micros != 0 && micros != i64::MAX {
        micros = micros.saturating_mul(10);
        n_digits += 1;
    }
    Some(micros.saturating_add(i64::from(has_rest)))
}

/// What follows `0x`: `1.8p3` is 1.5 times 8.
fn hexadecimal_micros(text: &[u8]) -> Option<i64> {
    let (whole, fraction, exponent) = parts(text, b'p')?;
    let mut mantissa: u64 = 0;
    let mut has_rest = false;
    // The mantissa stands for itself times two to the power of this.
    let mut exponent = exponent - 4 * fraction.len() as i64;
    for digit in whole.iter().chain(fraction) {
        let value = u64::from(char::from(*digit).to_digit(16)?);
        match mantissa.checked_mul(16) {
            Some(more) => mantissa = more + value,
            None => {
                has_rest |= value != 0;
                exponent += 4;
            }
        }
    }
    if mantissa == 0 {
        return Some(0);
    }
    let first = exponent + i64::from(64 - mantissa.leading_zeros()) - 1;
    // As powers of two those are about 3.32 times as large.
    if !(EXPONENT_MIN * 332 / 100..=16_383).contains(&first) {
        return None;
    }
    let micros = u128::from(mantissa) * 1_000_000;
    let (micros, rest) = match u32::try_from(exponent.abs()).unwrap_or(u32::MAX) {
        n_bits if 0 < exponent => (micros.checked_shl(n_bits).filter(|_| n_bits < 43), 0),
        n_bits => {
            let whole = micros.checked_shr(n_bits).unwrap_or(0);
            (Some(whole), micros - whole.checked_shl(n_bits).unwrap_or(0))
        }
    };
    let micros = micros.and_then(|micros| i64::try_from(micros).ok()).unwrap_or(i64::MAX);
    Some(micros.saturating_add(i64::from(has_rest || rest != 0)))
}

/// The number behind an `e`; beyond a million one is like the other.
fn decimal_exponent(text: &[u8]) -> Option<i64> {
    let (is_negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    if digits.is_empty() {
        return None;
    }
    let mut exponent: i64 = 0;
    for digit in digits {
        let value = digit.checked_sub(b'0').filter(|&value| value < 10)?;
        exponent = exponent.saturating_mul(10).saturating_add(i64::from(value)).min(1_000_000);
    }
    Some(if is_negative { -exponent } else { exponent })
}

#[cfg(test)]
mod tests {
    use super::micros;

    #[test]
    fn what_c_reads_is_a_number() {
        for (text, expected) in [
            ("0", 0),
            ("1", 1_000_000),
            ("0.5", 500_000),
            (".25", 250_000),
            ("-1", -1_000_000),
            ("1e3", 1_000_000_000),
            ("1.5E-3", 1_500),
            ("2.e+1", 20_000_000),
            ("1e-9", 1),
            ("0e9999", 0),
            ("1e4932", i64::MAX),
            ("1e-4951", 1),
            ("0x10", 16_000_000),
            ("-0X.8", -500_000),
            ("0x1.8p3", 12_000_000),
            ("0x1p-20", 1),
            ("0x0p999999", 0),
            ("0x1p16383", i64::MAX),
            ("0x100000000000000000000p-80", 1_000_000),
            ("inf", i64::MAX),
            ("-Infinity", -i64::MAX),
        ] {
            assert_eq!(micros(text.as_bytes()), Some(expected), "{text}");
        }
        for text in [
            "",
            ".",
            "x",
            "1.x",
            "e3",
            "1e",
            "1e+",
            "1e3x",
            "--1",
            "1e4933",
            "1e-4952",
            "0x",
            "0x1p",
            "0x1e+1",
            "0xg",
            "0x1p16384",
            "0x1p-99999",
            "nan",
            "in",
            "infin",
        ] {
            assert_eq!(micros(text.as_bytes()), None, "{text}");
        }
    }
}
