//! Seeds, and the named random streams that every draw comes from.
//!
//! A seed is 32 bytes; `derive` makes an independent one for a named purpose, by SHA-256. A stream is ChaCha8 started
//! from a seed. Only its raw 64-bit output is used: the draws on top of it are ours and pinned by tests, because the
//! samplers of the `rand` crate changed their values between versions, and `libm` replaces the standard library's
//! logarithm and cosine, whose last bits depend on the processor.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

use super::digest::{Digest, Hasher};

/// Where a family of random draws starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed(Digest);

impl Seed {
    /// The seed that a manifest's number stands for.
    pub fn from_number(number: u64) -> Self {
        let mut hasher = Hasher::default();
        hasher.update(b"renas seed 1\0");
        hasher.update(&number.to_le_bytes());
        Self(hasher.finish())
    }

    /// An independent seed for `purpose`; the same purpose gives the same seed.
    pub fn derive(&self, purpose: &str) -> Self {
        let mut hasher = Hasher::default();
        hasher.update(self.0.bytes());
        hasher.update(purpose.as_bytes());
        Self(hasher.finish())
    }

    /// An independent seed for the `index`-th use of `purpose`.
    pub fn derive_indexed(&self, purpose: &str, index: u64) -> Self {
        self.derive(&format!("{purpose}\0{index}"))
    }

    /// The random stream of `purpose`.
    pub fn stream(&self, purpose: &str) -> Stream {
        Stream { rng: ChaCha8Rng::from_seed(*self.derive(purpose).0.bytes()), spare_normal: None }
    }
}

/// A stream of random draws; the same on every machine.
#[derive(Clone, Debug)]
pub struct Stream {
    rng: ChaCha8Rng,
    spare_normal: Option<f64>,
}

impl Stream {
    /// 64 uniform bits.
    pub fn bits(&mut self) -> u64 {
        self.rng.next_u64()
    }

    /// A uniform integer in `0..bound`, without bias.
    ///
    /// Lemire 2019, <https://doi.org/10.1145/3230636>. Panics where `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        assert!(bound > 0, "a draw below 0");
        loop {
            if let Some(drawn) = drawn_below(bound as u64, self.bits()) {
                return drawn as usize;
            }
        }
    }

    /// Fill `numbers` with uniform integers in `0..bound`: those that as many calls of `below` would give.
    ///
    /// Panics where `bound` is 0.
    pub fn fill_below(&mut self, bound: usize, numbers: &mut [usize]) {
        assert!(bound > 0, "a draw below 0");
        let mut bytes = [0; 8 * 64];
        let mut filled = 0;
        while filled < numbers.len() {
            // Never more than are wanted: what is refused is drawn again after them, as `below` would.
            let wanted = (numbers.len() - filled).min(64);
            let bytes = &mut bytes[..8 * wanted];
            self.rng.fill_bytes(bytes);
            let mut doubtful = false;
            for (number, bits) in numbers[filled..].iter_mut().zip(bytes.as_chunks().0) {
                let product = u128::from(u64::from_le_bytes(*bits)) * bound as u128;
                *number = (product >> 64) as usize;
                doubtful |= (product as u64) < bound as u64;
            }
            if !doubtful {
                filled += wanted;
                continue;
            }
            for bits in bytes.as_chunks().0 {
                if let Some(drawn) = drawn_below(bound as u64, u64::from_le_bytes(*bits)) {
                    numbers[filled] = drawn as usize;
                    filled += 1;
                }
            }
        }
    }

    /// A uniform integer in `low..=high`. Panics where `low > high`.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        assert!(low <= high, "a draw between {low} and {high}");
        low + self.below(high - low + 1)
    }

    /// A uniform number in `0..1`, a multiple of 2^-53.
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// True with the given probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// A standard normal number (Box and Muller 1958), in pairs.
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare_normal.take() {
            return spare;
        }
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.uniform()));
        let angle = 2.0 * std::f64::consts::PI * self.uniform();
        self.spare_normal = Some(radius * libm::sin(angle));
        radius * libm::cos(angle)
    }

    /// Permute `items` uniformly (Fisher and Yates, from the end).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// `count` different indices below `bound`, in random order. Panics where `count > bound`.
    pub fn distinct(&mut self, count: usize, bound: usize) -> Vec<usize> {
        assert!(count <= bound, "{count} different indices below {bound}");
        let mut indices: Vec<usize> = (0..bound).collect();
        for position in 0..count {
            let other = position + self.below(bound - position);
            indices.swap(position, other);
        }
        indices.truncate(count);
        indices
    }
}

/// What 64 uniform bits give of `0..bound`; nothing where they are of the few that would make some numbers likelier.
#[inline]
fn drawn_below(bound: u64, bits: u64) -> Option<u64> {
    let product = u128::from(bits) * u128::from(bound);
    let rest = product as u64;
    // Their number is below `bound`: it is divided for only where it may matter.
    (rest >= bound || rest >= bound.wrapping_neg() % bound).then_some((product >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws are part of every key and result: these values may never change.
    #[test]
    fn the_draws_of_seed_42_are_pinned() {
        let mut stream = Seed::from_number(42).stream("test");
        let draws: Vec<usize> = (0..6).map(|_| stream.below(1000)).collect();
        assert_eq!(draws, PINNED_BELOW);
        let mut order: Vec<usize> = (0..8).collect();
        stream.shuffle(&mut order);
        assert_eq!(order, PINNED_ORDER);
        assert_eq!(stream.uniform().to_bits(), PINNED_UNIFORM);
        assert_eq!(stream.normal().to_bits(), PINNED_NORMAL);
    }

    const PINNED_BELOW: [usize; 6] = [457, 21, 487, 400, 765, 265];
    const PINNED_ORDER: [usize; 8] = [2, 4, 6, 5, 1, 3, 7, 0];
    const PINNED_UNIFORM: u64 = 4591079776932979752;
    const PINNED_NORMAL: u64 = 13828459575557229866;

    #[test]
    fn different_purposes_give_different_streams() {
        let seed = Seed::from_number(7);
        assert_ne!(seed.stream("a").bits(), seed.stream("b").bits());
        assert_ne!(seed.derive_indexed("a", 1), seed.derive_indexed("a", 2));
    }

    /// Chi-squared with 9 degrees of freedom: 27.88 is the 0.999 quantile (SciPy 1.17.1, `chi2.ppf(.999, 9)`).
    #[test]
    fn draws_below_ten_are_uniform() {
        let mut stream = Seed::from_number(1).stream("uniformity");
        let mut counts = [0f64; 10];
        for _ in 0..100_000 {
            counts[stream.below(10)] += 1.0;
        }
        let statistic: f64 = counts.iter().map(|count| (count - 1e4).powi(2) / 1e4).sum();
        assert!(statistic < 27.88, "{statistic}");
    }

    /// The draw as it was first written, with a division each time.
    fn below_by_division(stream: &mut Stream, bound: usize) -> usize {
        let bound = bound as u64;
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let product = u128::from(stream.bits()) * u128::from(bound);
            if (product as u64) >= threshold {
                return (product >> 64) as usize;
            }
        }
    }

    /// Of the two largest bounds every second draw is refused.
    #[test]
    fn draws_are_those_with_a_division_one_by_one_and_many_at_once() {
        for (bound, purpose) in
            [1, 2, 3, 100, 12_345, 1 << 40, (1 << 63) + 1, usize::MAX / 2 + 12_345].into_iter().zip(0..)
        {
            for count in [0, 1, 63, 64, 65, 200] {
                let start = Seed::from_number(purpose).stream("draws");
                let [mut first, mut second, mut third] = [start.clone(), start.clone(), start];
                let expected: Vec<usize> = (0..count).map(|_| below_by_division(&mut first, bound)).collect();
                assert_eq!((0..count).map(|_| second.below(bound)).collect::<Vec<_>>(), expected);
                let mut filled = vec![0; count];
                third.fill_below(bound, &mut filled);
                assert_eq!(filled, expected);
                let next = first.bits();
                assert_eq!((second.bits(), third.bits()), (next, next), "all stand at the same place");
            }
        }
    }

    #[test]
    fn distinct_indices_are_distinct_and_cover_the_range() {
        let mut indices = Seed::from_number(3).stream("distinct").distinct(50, 50);
        indices.sort_unstable();
        assert_eq!(indices, (0..50).collect::<Vec<_>>());
    }

    #[test]
    fn normals_have_mean_zero_and_variance_one() {
        let mut stream = Seed::from_number(5).stream("normal");
        let draws: Vec<f64> = (0..100_000).map(|_| stream.normal()).collect();
        let mean = draws.iter().sum::<f64>() / 1e5;
        let variance = draws.iter().map(|draw| draw * draw).sum::<f64>() / 1e5;
        // Five standard errors: 5/sqrt(n) of the mean, 5*sqrt(2/n) of the variance.
        assert!(mean.abs() < 0.0159, "{mean}");
        assert!((variance - 1.0).abs() < 0.0224, "{variance}");
    }
}
