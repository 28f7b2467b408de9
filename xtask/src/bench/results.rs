//! What was measured, and what follows from it.

use std::collections::BTreeMap;

use super::contestant::Answer;

/// A workload, a size and a contestant.
type Place = (&'static str, u64, String);

/// All runs of one place.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Runs {
    /// Units per second, one for each round.
    pub(super) rates: Vec<f64>,
    /// The fewest units that a run did, if the time was over before all were done.
    pub(super) cut_at: Option<u64>,
    /// Why there are none.
    pub(super) cannot: Option<String>,
}

/// Everything that was measured.
#[derive(Debug, Default)]
pub(super) struct Results(BTreeMap<Place, Runs>);

impl Results {
    /// Writes one answer down.
    pub(super) fn add(&mut self, workload: &'static str, n: u64, name: &str, answer: Answer) {
        let runs = self.0.entry((workload, n, name.to_string())).or_default();
        match answer {
            Answer::Took(done, seconds) if 0.0 < seconds => {
                runs.rates.push(done / seconds);
                if done < n as f64 {
                    let done = done as u64;
                    runs.cut_at = Some(runs.cut_at.map_or(done, |other| other.min(done)));
                }
            }
            Answer::Took(..) => runs.cannot = Some("took no time".to_string()),
            Answer::Cannot(why) => runs.cannot = Some(why),
        }
    }

    /// The runs of one place, if there were any.
    pub(super) fn get(&self, workload: &'static str, n: u64, name: &str) -> Option<&Runs> {
        self.0.get(&(workload, n, name.to_string()))
    }

    /// The median of units per second.
    pub(super) fn rate(&self, workload: &'static str, n: u64, name: &str) -> Option<f64> {
        self.get(workload, n, name).and_then(|runs| median(&runs.rates))
    }

    /// The median over the rounds of one rate divided by another of the same round; both were
    /// measured one after the other, so what else the machine did weighs on both.
    pub(super) fn ratio(
        &self,
        workload: &'static str,
        n: u64,
        name: &str,
        other: &str,
    ) -> Option<f64> {
        let (ours, theirs) = (self.get(workload, n, name)?, self.get(workload, n, other)?);
        let ratios: Vec<f64> =
            ours.rates.iter().zip(&theirs.rates).map(|(ours, theirs)| ours / theirs).collect();
        median(&ratios)
    }

    /// How much dearer one unit is at the largest size than at the smallest, on the line that fits
    /// the medians best (least squares of logarithms). `None` with fewer than three sizes.
    pub(super) fn growth(&self, workload: &'static str, sizes: &[u64], name: &str) -> Option<f64> {
        let points: Vec<(f64, f64)> = sizes
            .iter()
            .filter_map(|n| Some(((*n as f64).ln(), -self.rate(workload, *n, name)?.ln())))
            .collect();
        let (first, last) = (points.first()?.0, points.last()?.0);
        (3 <= points.len()).then(|| (slope(&points) * (last - first)).exp())
    }
}

/// The middle value.
pub(super) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) {
        Some((sorted.get(middle.checked_sub(1)?)? + sorted.get(middle)?) / 2.0)
    } else {
        sorted.get(middle).copied()
    }
}

fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let mean = |pick: fn(&(f64, f64)) -> f64| points.iter().map(pick).sum::<f64>() / n;
    let (mean_x, mean_y) = (mean(|point| point.0), mean(|point| point.1));
    let above: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let below: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    if below == 0.0 { 0.0 } else { above / below }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }

    #[test]
    fn growth_is_read_off_the_fitted_line() {
        let mut results = Results::default();
        for (n, rate) in [(1_000, 100.0), (10_000, 50.0), (100_000, 25.0)] {
            results.add("W1", n, "doubling", Answer::Took(n as f64, n as f64 / rate));
            results.add("W1", n, "flat", Answer::Took(n as f64, n as f64 / 7.0));
        }
        let sizes = [1_000, 10_000, 100_000, 1_000_000];
        let growth = |name| results.growth("W1", &sizes, name).unwrap_or(0.0);
        assert!((growth("doubling") - 4.0).abs() < 1e-9);
        assert!((growth("flat") - 1.0).abs() < 1e-9);
        assert_eq!(results.growth("W1", &sizes[..2], "flat"), None);
    }

    #[test]
    fn ratios_are_taken_within_a_round() {
        let mut results = Results::default();
        for (ours, theirs) in [(10.0, 5.0), (2.0, 1.0), (6.0, 2.0)] {
            results.add("W1", 1, "ours", Answer::Took(ours, 1.0));
            results.add("W1", 1, "theirs", Answer::Took(theirs, 1.0));
        }
        assert_eq!(results.ratio("W1", 1, "ours", "theirs"), Some(2.0));
    }

    #[test]
    fn a_run_that_was_cut_and_one_that_cannot_be_are_told() {
        let mut results = Results::default();
        results.add("W1", 100, "slow", Answer::Took(40.0, 2.0));
        results.add("W2", 100, "slow", Answer::Cannot("has no groups".to_string()));
        assert_eq!(results.get("W1", 100, "slow").and_then(|runs| runs.cut_at), Some(40));
        let cannot = results.get("W2", 100, "slow").and_then(|runs| runs.cannot.as_deref());
        assert_eq!(cannot, Some("has no groups"));
    }
}
