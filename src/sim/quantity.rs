//! Durations, rates, shares and factors as people write them, without floating point.

use crate::time::{Millis, WORLD_START};

/// Longest duration that a control accepts: one year.
pub const DURATION_MS_MAX: u64 = 366 * 24 * 3_600_000;

/// `250ms`, `5s`, `2m`, `1h`, `1d`; also several, greatest unit first: `1m30s`.
pub fn parse_duration(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total: u64 = 0;
    let mut unit_before = u64::MAX;
    while !rest.is_empty() {
        let n_digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, after) = rest.split_at_checked(n_digits)?;
        let n_letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, after) = after.split_at_checked(n_letters)?;
        let unit = unit_ms(unit)?;
        if unit_before <= unit {
            return None;
        }
        unit_before = unit;
        total = total.checked_add(digits.parse::<u64>().ok()?.checked_mul(unit)?)?;
        rest = after;
    }
    (!text.is_empty() && total <= DURATION_MS_MAX).then_some(total)
}

fn unit_ms(unit: &str) -> Option<u64> {
    match unit.to_ascii_lowercase().as_str() {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        "d" => Some(86_400_000),
        _ => None,
    }
}

/// The shortest text that [`parse_duration`] reads back.
pub fn show_duration(ms: u64) -> String {
    if ms == 0 {
        return "0ms".to_owned();
    }
    let mut text = String::new();
    let mut rest = ms;
    for (unit, name) in
        [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")]
    {
        if unit <= rest {
            text.push_str(&format!("{}{name}", rest / unit));
            rest %= unit;
        }
    }
    text
}

/// So many in so much time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rate {
    /// How many.
    pub n: u64,
    /// In how many milliseconds.
    pub per_ms: u64,
}

impl Rate {
    /// The time between two, in thousandths of a millisecond so that odd rates stay exact enough.
    pub fn gap_micros(self) -> u64 {
        (self.per_ms * 1_000).checked_div(self.n).unwrap_or(u64::MAX)
    }
}

/// `10/s`, `30/m`, `1000/h`; at most 1,000 a second, one a millisecond.
pub fn parse_rate(text: &str) -> Option<Rate> {
    let (n, unit) = text.split_once('/')?;
    let rate = Rate { n: parse_digits(n)?, per_ms: unit_ms(unit)? };
    (rate.n <= rate.per_ms && rate.n != 0).then_some(rate)
}

/// The text that [`parse_rate`] reads back.
pub fn show_rate(rate: Rate) -> String {
    let unit = match rate.per_ms {
        1 => "ms",
        1_000 => "s",
        60_000 => "m",
        3_600_000 => "h",
        _ => "d",
    };
    format!("{}/{unit}", rate.n)
}

/// A share in thousandths: `10%`, `2.5%`, `10` (also percent); at most 100 %.
pub fn parse_percent(text: &str) -> Option<u32> {
    let permille = parse_decimal(text.strip_suffix('%').unwrap_or(text), 10)?;
    u32::try_from(permille).ok().filter(|permille| *permille <= 1_000)
}

/// The text that [`parse_percent`] reads back.
pub fn show_percent(permille: u32) -> String {
    format!("{}%", show_decimal(permille.into(), 10))
}

/// A factor in thousandths: `10x`, `0.5x`, `2`; from 0.001 to 1,000.
pub fn parse_factor(text: &str) -> Option<u32> {
    let number = text.strip_suffix(['x', 'X', '×']).unwrap_or(text);
    let permille = parse_decimal(number, 1_000)?;
    u32::try_from(permille).ok().filter(|permille| (1..=1_000_000).contains(permille))
}

/// The text that [`parse_factor`] reads back.
pub fn show_factor(permille: u32) -> String {
    format!("{}x", show_decimal(permille.into(), 1_000))
}

/// A point in time: `5s` after the start of the world, `-5s` before `now`, `+5s` after it, or
/// Unix milliseconds as in an entry id.
pub fn parse_moment(text: &str, now: Millis) -> Option<Millis> {
    if let Some(back) = text.strip_prefix('-') {
        return Some(now.saturating_sub(parse_duration(back)?).max(WORLD_START));
    }
    if let Some(ahead) = text.strip_prefix('+') {
        return now.checked_add(parse_duration(ahead)?);
    }
    if let Some(ms) = parse_digits(text) {
        let known = WORLD_START..=WORLD_START + DURATION_MS_MAX;
        return known.contains(&ms).then_some(ms);
    }
    Some(WORLD_START + parse_duration(text)?)
}

/// A time as the time bar shows it: since the start of the world.
pub fn show_moment(at: Millis) -> String {
    show_duration(at.saturating_sub(WORLD_START))
}

fn parse_digits(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

/// `1.25` as a whole number of `1 / scale`, where `scale` is a power of ten; `None` when it is
/// finer than that.
fn parse_decimal(text: &str, scale: u64) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mut parts = 0;
    let mut unit = scale;
    for digit in fraction.bytes() {
        let digit = u64::from(digit.is_ascii_digit().then(|| digit - b'0')?);
        unit /= 10;
        if unit == 0 && digit != 0 {
            return None;
        }
        parts += digit * unit;
    }
    parse_digits(whole)?.checked_mul(scale)?.checked_add(parts)
}

fn show_decimal(parts: u64, scale: u64) -> String {
    let (whole, mut rest) = (parts / scale, parts % scale);
    let mut text = whole.to_string();
    let mut unit = scale / 10;
    while rest != 0 {
        if unit == scale / 10 {
            text.push('.');
        }
        text.push_str(&(rest / unit).to_string());
        rest %= unit;
        unit /= 10;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_shown() {
        for (text, ms) in
            [("0ms", 0), ("250ms", 250), ("5s", 5_000), ("1m30s", 90_000), ("2h", 7_200_000)]
        {
            assert_eq!((parse_duration(text), show_duration(ms).as_str()), (Some(ms), text));
        }
        for text in ["", "5", "s", "5 s", "-5s", "1.5s", "1s1m", "1s1s", "9999999d", "5sec", "5µs"]
        {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }

    #[test]
    fn rates_are_read_and_shown() {
        for (text, n, gap) in [("10/s", 10, 100_000), ("30/m", 30, 2_000_000), ("3/s", 3, 333_333)]
        {
            let rate = parse_rate(text).unwrap();
            assert_eq!((rate.n, rate.gap_micros(), show_rate(rate).as_str()), (n, gap, text));
        }
        for text in ["", "10", "0/s", "2/ms", "1001/s", "-1/s", "1.5/s", "10/x", "/s"] {
            assert_eq!(parse_rate(text), None, "{text}");
        }
    }

    #[test]
    fn shares_and_factors_are_read_and_shown() {
        for (text, permille) in [("0%", 0), ("2.5%", 25), ("100%", 1_000)] {
            assert_eq!(
                (parse_percent(text), show_percent(permille).as_str()),
                (Some(permille), text)
            );
        }
        assert_eq!(
            (parse_percent("7"), parse_percent("101%"), parse_percent("1.25%")),
            (Some(70), None, None)
        );
        for (text, permille) in [("0.1x", 100), ("1x", 1_000), ("2.505x", 2_505), ("100x", 100_000)]
        {
            assert_eq!(
                (parse_factor(text), show_factor(permille).as_str()),
                (Some(permille), text)
            );
        }
        for text in ["", "x", "0x", "-1x", "0.0001x", "1001x", "1.x2"] {
            assert_eq!(parse_factor(text), None, "{text}");
        }
    }

    #[test]
    fn moments_are_relative_or_absolute() {
        let now = WORLD_START + 10_000;
        for (text, after_start) in
            [("5s", 5_000), ("-4s", 6_000), ("+1m", 70_000), ("-1h", 0), ("1700000005000", 5_000)]
        {
            assert_eq!(parse_moment(text, now), Some(WORLD_START + after_start), "{text}");
        }
        for text in ["", "-", "+", "17", "later", "99999999999999999999"] {
            assert_eq!(parse_moment(text, now), None, "{text}");
        }
    }
}
