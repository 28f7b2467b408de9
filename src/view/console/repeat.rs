//! The repeat prefix of redis-cli: `5 XADD orders * item tea` runs the command five times.

use crate::limits::REPEAT_MAX;

/// What the prefix says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Repeat<'a> {
    /// No prefix.
    Once(&'a str),
    /// Run the rest that often.
    Times(u64, &'a str),
    /// A number that is none: what redis-cli says then.
    Invalid(&'static str),
    /// More often than a page should.
    TooMany(u64),
}

/// Splits a line at its repeat prefix. A number alone is a (wrong) command, as in redis-cli.
pub fn split(line: &str) -> Repeat<'_> {
    let line = line.trim_start();
    let Some((first, rest)) = line.split_once(|c: char| c.is_ascii_whitespace()) else {
        return Repeat::Once(line);
    };
    let digits = first.strip_prefix('-').unwrap_or(first);
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if !is_number || rest.trim().is_empty() {
        return Repeat::Once(line);
    }
    match first.parse::<u64>() {
        Ok(0) | Err(_) => Repeat::Invalid("Invalid redis-cli repeat command option value."),
        Ok(n) if REPEAT_MAX < n => Repeat::TooMany(n),
        Ok(n) => Repeat::Times(n, rest.trim_start()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_before_a_command_repeats_it() {
        let (most, more) = (format!("{REPEAT_MAX} XLEN a"), format!("{} XLEN a", REPEAT_MAX + 1));
        for (line, expected) in [
            ("XLEN a", Repeat::Once("XLEN a")),
            ("  XLEN a", Repeat::Once("XLEN a")),
            ("5", Repeat::Once("5")),
            ("5 ", Repeat::Once("5 ")),
            ("", Repeat::Once("")),
            ("5 XLEN a", Repeat::Times(5, "XLEN a")),
            (" 5   XLEN a", Repeat::Times(5, "XLEN a")),
            ("5x XLEN a", Repeat::Once("5x XLEN a")),
            ("0 XLEN a", Repeat::Invalid("Invalid redis-cli repeat command option value.")),
            ("-2 XLEN a", Repeat::Invalid("Invalid redis-cli repeat command option value.")),
            (&most, Repeat::Times(REPEAT_MAX, "XLEN a")),
            (&more, Repeat::TooMany(REPEAT_MAX + 1)),
        ] {
            assert_eq!(split(line), expected, "{line:?}");
        }
    }
}
