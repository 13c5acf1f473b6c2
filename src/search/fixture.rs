//! Points that a few lines of Python make again, to compare with other libraries.

/// `n` points of `M` integers below `levels`: few levels give ties and equal points.
///
/// `state = (state * 1103515245 + 12345) mod 2^31` per number, which is `(state >> 16) mod levels`.
pub(super) fn points<const M: usize>(seed: u64, n: usize, levels: u64) -> Vec<[f64; M]> {
    let mut state = seed;
    let mut draw = || {
        state = (state * 1_103_515_245 + 12_345) % (1 << 31);
        ((state >> 16) % levels) as f64
    };
    (0..n).map(|_| std::array::from_fn(|_| draw())).collect()
}
