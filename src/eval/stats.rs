//! Intervals, exact tests and the one source of chance: what every rate and every comparison of this room stands on.
//!
//! Everything is deterministic: the same numbers and the same seed give the same result on every machine.

use serde::{Deserialize, Serialize};

/// The 97.5 % point of the normal distribution: for two-sided 95 %.
pub const Z_95: f64 = 1.959_963_984_540_054;
/// Resamples of a bootstrap.
pub const RESAMPLES: usize = 2_000;
/// The seed that every report uses, so that two reports of one run are the same.
pub const SEED: u64 = 20_260_412;

/// An interval around an estimate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

/// Of so many, so many, with an interval: how every rate is reported.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    pub hits: u64,
    pub of: u64,
    /// `None` where there was nothing to count.
    pub rate: Option<f64>,
    /// Wilson, 95 %.
    pub interval: Option<Interval>,
}

impl Rate {
    #[must_use]
    pub fn new(hits: u64, of: u64) -> Self {
        let some = (of > 0).then_some(());
        Self { hits, of, rate: some.map(|()| hits as f64 / of as f64), interval: some.map(|()| wilson(hits, of, Z_95)) }
    }
}

/// Wilson's score interval (Wilson 1927, JASA 22): good also for small samples and rates near 0 or 1.
#[must_use]
pub fn wilson(hits: u64, of: u64, z: f64) -> Interval {
    if of == 0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let (n, share) = (of as f64, hits as f64 / of as f64);
    let denominator = 1.0 + z * z / n;
    let centre = (share + z * z / (2.0 * n)) / denominator;
    let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt() / denominator;
    Interval { low: (centre - half).max(0.0), high: (centre + half).min(1.0) }
}

/// The exact interval of Clopper & Pearson (1934, Biometrika 26) with the given two-sided confidence, such as 0.95.
#[must_use]
pub fn clopper_pearson(hits: u64, of: u64, confidence: f64) -> Interval {
    let tail = (1.0 - confidence) / 2.0;
    Interval { low: exact_lower(hits, of, tail), high: exact_upper(hits, of, tail) }
}

/// The largest rate that is not refuted at level `delta`: with probability 1 − δ the true rate is at most this.
#[must_use]
pub fn exact_upper(hits: u64, of: u64, delta: f64) -> f64 {
    if of == 0 || hits >= of {
        return 1.0;
    }
    // The tail P(X ≤ hits) falls with the rate.
    bisect(|rate| binomial_cdf(hits, of, rate) > delta)
}

/// The smallest rate that is not refuted at level `delta`.
#[must_use]
pub fn exact_lower(hits: u64, of: u64, delta: f64) -> f64 {
    if of == 0 || hits == 0 {
        return 0.0;
    }
    bisect(|rate| 1.0 - binomial_cdf(hits - 1, of, rate) < delta)
}

/// Where a condition that holds from 0 on stops to hold.
fn bisect(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if holds(middle) { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// P(X ≤ k) of a binomial variable, through the incomplete beta function: exact for any size.
#[must_use]
pub fn binomial_cdf(k: u64, of: u64, rate: f64) -> f64 {
    if k >= of {
        return 1.0;
    }
    incomplete_beta((of - k) as f64, k as f64 + 1.0, 1.0 - rate)
}

/// McNemar's test in its exact form (McNemar 1947, Psychometrika 12): the two-sided probability that, of the pairs that
/// differ, the split is at least this uneven by chance.
#[must_use]
pub fn mcnemar(only_first: u64, only_second: u64) -> f64 {
    let differ = only_first + only_second;
    (2.0 * binomial_cdf(only_first.min(only_second), differ, 0.5)).min(1.0)
}

/// The 95 % percentile interval of a mean by resampling. Give it the paired differences to compare two runs.
#[must_use]
pub fn bootstrap_mean(values: &[f64], resamples: usize, seed: u64) -> Option<Interval> {
    let mean = |drawn: &[usize]| Some(drawn.iter().map(|at| values[*at]).sum::<f64>() / drawn.len() as f64);
    bootstrap(values.len(), resamples, seed, mean)
}

/// The 95 % percentile interval of any figure of `count` cases, by drawing the cases anew (Efron 1979, Annals of Statistics 7).
/// The figure is computed from the places of the cases that were drawn; draws of which there is none are left out.
#[must_use]
pub fn bootstrap(
    count: usize,
    resamples: usize,
    seed: u64,
    figure: impl Fn(&[usize]) -> Option<f64>,
) -> Option<Interval> {
    if count == 0 {
        return None;
    }
    let mut random = Random::new(seed);
    let mut drawn = vec![0; count];
    let mut figures: Vec<f64> = Vec::with_capacity(resamples);
    for _ in 0..resamples {
        drawn.fill_with(|| random.below(count));
        figures.extend(figure(&drawn));
    }
    figures.sort_by(f64::total_cmp);
    (!figures.is_empty()).then(|| Interval { low: quantile(&figures, 0.025), high: quantile(&figures, 0.975) })
}

/// Resamples of so many cases that take a bearable time: the more cases, the less chance there is to be seen.
#[must_use]
pub fn resamples(count: usize) -> usize {
    (2_000_000 / count.max(1)).clamp(200, RESAMPLES)
}

/// The two-sided sign-flip test (Fisher 1935, The Design of Experiments, § 21): how likely the mean of paired differences is at
/// least this far from 0 when each difference could as well have had the other sign. Exact for up to 14 differences that are not
/// 0; for more, by random signs with a fixed seed, counting what was seen among them (Phipson & Smyth 2010).
#[must_use]
pub fn sign_flip(differences: &[f64]) -> f64 {
    let differ: Vec<f64> = differences.iter().copied().filter(|difference| *difference != 0.0).collect();
    let seen = differ.iter().sum::<f64>().abs() * (1.0 - 1e-12);
    let flipped = |signs: &mut dyn FnMut() -> bool| -> bool {
        differ.iter().map(|value| if signs() { *value } else { -value }).sum::<f64>().abs() >= seen
    };
    if differ.len() <= 14 {
        let all = 1_u32 << differ.len();
        let extreme = (0..all)
            .filter(|pattern| {
                let mut left = *pattern;
                flipped(&mut || {
                    let sign = left & 1 == 1;
                    left >>= 1;
                    sign
                })
            })
            .count();
        return extreme as f64 / f64::from(all);
    }
    let mut random = Random::new(SEED);
    let times = (4_000_000 / differ.len()).clamp(999, 9_999);
    let extreme = (0..times).filter(|_| flipped(&mut || random.draw() & 1 == 1)).count();
    (extreme + 1) as f64 / (times + 1) as f64
}

/// Probabilities of several tests, each raised so that a level holds for all of them together (Holm 1979, Scandinavian Journal of
/// Statistics 6).
#[must_use]
pub fn holm(tests: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..tests.len()).collect();
    order.sort_by(|a, b| tests[*a].total_cmp(&tests[*b]));
    let (mut raised, mut least) = (vec![0.0; tests.len()], 0.0_f64);
    for (rank, at) in order.iter().enumerate() {
        least = least.max((tests[*at] * (tests.len() - rank) as f64).min(1.0));
        raised[*at] = least;
    }
    raised
}

/// A quantile of sorted values, by linear interpolation (type 7 of Hyndman & Fan 1996). 0 of nothing is 0.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place within the list")]
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let place = share.clamp(0.0, 1.0) * last as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + (sorted[above] - sorted[below]) * (place - place.floor())
}

/// Chance that can be repeated: SplitMix64 (Steele, Lea & Flood 2014).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to below `bound`, which must not be 0.
    #[expect(clippy::cast_possible_truncation, reason = "the product's upper half is below the bound")]
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.draw()) * bound as u128) >> 64) as usize
    }

    /// From 0 to below 1.
    pub fn unit(&mut self) -> f64 {
        (self.draw() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Puts a list into another order (Fisher & Yates).
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.below(at + 1));
        }
    }
}

/// The regularised incomplete beta function I_x(a, b), by Lentz's continued fraction (Press et al., Numerical Recipes, 6.4).
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * continued_fraction(a, b, x) / a
    } else {
        1.0 - front * continued_fraction(b, a, 1.0 - x) / b
    }
}

fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let safe = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / safe(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for step in 1..10_000 {
        let m = f64::from(step);
        for term in [
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)),
        ] {
            d = 1.0 / safe(1.0 + term * d);
            c = safe(1.0 + term / c);
            fraction *= d * c;
        }
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    fraction
}

/// Lanczos's approximation (g = 7, n = 9).
fn ln_gamma(x: f64) -> f64 {
    const COEFFICIENTS: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let sum: f64 = COEFFICIENTS[0] + (1..9).zip(&COEFFICIENTS[1..]).map(|(at, c)| c / (x + f64::from(at))).sum::<f64>();
    let t = x + 7.5;
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(left: f64, right: f64) {
        assert!((left - right).abs() < 1e-6, "{left} is not {right}");
    }

    /// `statsmodels.stats.proportion.proportion_confint(k, n, method="wilson" | "beta")`, statsmodels 0.15.0.
    #[test]
    fn intervals_are_those_of_statsmodels() {
        for (hits, of, wilson_low, wilson_high, exact_low, exact_high) in [
            (0, 10, 0.0, 0.277_532_799_9, 0.0, 0.308_497_107_8),
            (8, 10, 0.490_162_471_5, 0.943_317_848_5, 0.443_904_537_7, 0.974_789_273_7),
            (45, 50, 0.786_397_685_6, 0.956_524_235_1, 0.781_864_633_6, 0.966_724_906_4),
            (3, 1_000, 0.001_020_783_9, 0.008_783_014_1, 0.000_619_099_9, 0.008_742_023_2),
            (9_200, 10_000, 0.914_520_046_9, 0.925_157_394_5, 0.914_509_529_9, 0.925_244_365_6),
        ] {
            let (wilson, exact) = (wilson(hits, of, Z_95), clopper_pearson(hits, of, 0.95));
            near(wilson.low, wilson_low);
            near(wilson.high, wilson_high);
            near(exact.low, exact_low);
            near(exact.high, exact_high);
        }
        // scipy.stats.beta.ppf(0.95, 4, 97)
        near(exact_upper(3, 100, 0.05), 0.075_710_793_8);
        assert_eq!((exact_upper(0, 0, 0.05), exact_lower(0, 9, 0.05), exact_upper(9, 9, 0.05)), (1.0, 0.0, 1.0));
    }

    /// `scipy.stats.binom.cdf` and `statsmodels.stats.contingency_tables.mcnemar(exact=True)`.
    #[test]
    fn exact_tests_are_those_of_scipy() {
        near(binomial_cdf(3, 100, 0.05), 0.257_838_659_1);
        near(binomial_cdf(450, 1_000, 0.5), 0.000_865_268_0);
        near(mcnemar(5, 15), 0.041_389_465_3);
        near(mcnemar(8, 2), 0.109_375);
        assert_eq!((mcnemar(0, 0), mcnemar(7, 7)), (1.0, 1.0));
    }

    #[test]
    fn a_bootstrap_repeats_itself_and_holds_the_mean() {
        let values: Vec<f64> = (0..400).map(|at| f64::from(at % 5)).collect();
        let interval = bootstrap_mean(&values, RESAMPLES, SEED).unwrap();
        assert_eq!(Some(interval), bootstrap_mean(&values, RESAMPLES, SEED));
        // The normal approximation: 2 ± 1.96 · √2 / √400.
        assert!((interval.low - 1.861).abs() < 0.02 && (interval.high - 2.139).abs() < 0.02, "{interval:?}");
        assert_eq!(bootstrap_mean(&[], RESAMPLES, SEED), None);
    }

    #[test]
    fn signs_are_flipped_in_every_way() {
        // Of 2^6 patterns only all plus and all minus are as far from 0.
        near(sign_flip(&[1.0, 2.0, 0.5, 1.0, 3.0, 1.0, 0.0, 0.0]), 2.0 / 64.0);
        near(sign_flip(&[1.0]), 1.0);
        near(sign_flip(&[]), 1.0);
        // For equal sizes it is the sign test: mcnemar(5, 15) by random signs.
        let twenty: Vec<f64> = (0..20).map(|at| if at < 15 { 1.0 } else { -1.0 }).collect();
        assert!((sign_flip(&twenty) - mcnemar(5, 15)).abs() < 0.01, "{}", sign_flip(&twenty));
    }

    /// `statsmodels.stats.multitest.multipletests([0.01, 0.04, 0.03], method="holm")`.
    #[test]
    fn several_tests_are_those_of_statsmodels() {
        for (raised, expected) in holm(&[0.01, 0.04, 0.03]).into_iter().zip([0.03, 0.06, 0.06]) {
            near(raised, expected);
        }
        assert!(holm(&[]).is_empty());
    }

    /// `numpy.quantile([1, 2, 4, 8], [0, 0.25, 0.5, 0.95, 1])`.
    #[test]
    fn quantiles_are_those_of_numpy() {
        for (share, value) in [(0.0, 1.0), (0.25, 1.75), (0.5, 3.0), (0.95, 7.4), (1.0, 8.0)] {
            near(quantile(&[1.0, 2.0, 4.0, 8.0], share), value);
        }
        assert_eq!(quantile(&[], 0.5), 0.0);
    }

    #[test]
    fn chance_is_even_and_repeats_itself() {
        let mut random = Random::new(SEED);
        let mut counts = [0_u32; 7];
        for _ in 0..7_000 {
            counts[random.below(7)] += 1;
        }
        assert!(counts.iter().all(|count| (880..=1_120).contains(count)), "{counts:?}");
        // The reference values of SplitMix64 for the seed 1234567.
        let mut random = Random::new(1_234_567);
        assert_eq!([random.draw(), random.draw()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
        let mut list: Vec<u32> = (0..50).collect();
        random.shuffle(&mut list);
        let mut sorted = list.clone();
        sorted.sort_unstable();
        assert!(list != sorted && sorted == (0..50).collect::<Vec<_>>());
    }
}
