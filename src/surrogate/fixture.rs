//! Numbers that a test here and a script in another language can both make.

/// `state = (state * 1103515245 + 12345) mod 2^31`, then `(state >> 16) mod levels`.
pub(super) fn congruence(mut state: u64) -> impl FnMut(u64) -> f64 {
    move |levels| {
        state = (state * 1_103_515_245 + 12_345) % (1 << 31);
        ((state >> 16) % levels) as f64
    }
}

/// `rows` x 5 whole numbers of 0 to 8, row by row, and targets near `7 + 3 x0 + 0.5 x1 - 2 x2 + x3`; x4 is noise.
///
/// Row by row the five features are drawn, then the noise of the target, 0 to 255 sixteenths.
pub(super) fn cells(rows: usize) -> (Vec<f64>, Vec<f64>) {
    let mut draw = congruence(5);
    let (mut features, mut targets) = (Vec::new(), Vec::new());
    for _ in 0..rows {
        let row: [f64; 5] = std::array::from_fn(|_| draw(9));
        targets.push(7.0 + 3.0 * row[0] + 0.5 * row[1] - 2.0 * row[2] + row[3] + draw(256) / 16.0);
        features.extend(row);
    }
    (features, targets)
}

/// Panics where two lists are not equal to so many parts of the largest expected one.
#[track_caller]
pub(super) fn assert_close(ours: &[f64], theirs: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), theirs.len());
    let scale = theirs.iter().fold(0.0f64, |most, value| most.max(value.abs()));
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert!((ours - theirs).abs() <= tolerance * scale, "{ours} is not {theirs}");
    }
}
