//! The centre square of an image, its shorter side brought to a size: exact, so that every machine gets the same bytes.
//!
//! The filter is a triangle (bilinear interpolation, widened where an image shrinks, as Pillow's `BILINEAR` and
//! PyTorch's `interpolate(mode="bilinear", antialias=True)` have it). Its weights are whole numbers, a pixel is a sum of
//! products of whole numbers, and the only rounding is the last division, half up.

use super::decode::Rgb;

/// Width and height after the shorter side was brought to `size`: the longer one in proportion, rounded down.
pub fn scaled(width: usize, height: usize, size: usize) -> (usize, usize) {
    let shorter = width.min(height);
    (width * size / shorter, height * size / shorter)
}

/// The centre square of `size` x `size` pixels, after the shorter side was brought to `size`: `[3, size, size]`.
///
/// An odd rest of the longer side stays on the right or below. Small images are enlarged.
pub fn square(image: &Rgb, size: usize) -> Vec<u8> {
    let (width, height) = scaled(image.width, image.height, size);
    let across = windows(image.width, width, (width - size) / 2, size);
    let down = windows(image.height, height, (height - size) / 2, size);
    let top = down.iter().map(|window| window.first).min().unwrap_or(0);
    let bottom = down.iter().map(|window| window.first + window.weights.len()).max().unwrap_or(0);
    // Rows of sums, `[row, pixel, channel]`: not divided yet.
    let mut sums: Vec<u64> = Vec::with_capacity((bottom - top) * size * 3);
    for row in image.values.chunks_exact(3 * image.width).take(bottom).skip(top) {
        for window in &across {
            let mut sum = [0; 3];
            for (weight, pixel) in window.weights.iter().zip(row.as_chunks::<3>().0[window.first..].iter()) {
                sum.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += weight * u64::from(*value));
            }
            sums.extend(sum);
        }
    }
    let mut square = vec![0; 3 * size * size];
    for (y, vertical) in down.iter().enumerate() {
        for (x, horizontal) in across.iter().enumerate() {
            let total = u128::from(vertical.total) * u128::from(horizontal.total);
            for channel in 0..3 {
                let column = sums[(vertical.first - top) * size * 3..].iter().skip(3 * x + channel).step_by(3 * size);
                let products = vertical.weights.iter().zip(column);
                let sum: u128 = products.map(|(weight, sum)| u128::from(*weight) * u128::from(*sum)).sum();
                square[(channel * size + y) * size + x] = ((2 * sum + total) / (2 * total)) as u8;
            }
        }
    }
    square
}

/// What one pixel is made of along one side.
struct Window {
    /// The first pixel of the image that counts.
    first: usize,
    /// Weights of it and those that follow; all above 0.
    weights: Vec<u64>,
    /// Their sum.
    total: u64,
}

/// The windows of the pixels `offset..offset + count`, where a side of `from` pixels becomes one of `to`.
///
/// In units of one (2 `to`)th of an image's pixel, pixel i of the result has its middle at (2 i + 1) `from`, pixel j of
/// the image at (2 j + 1) `to`; a weight is how much nearer than the reach these are, which is one pixel of the result or
/// of the image, whichever is larger.
fn windows(from: usize, to: usize, offset: usize, count: usize) -> Vec<Window> {
    let reach = 2 * from.max(to);
    let window = |index: usize| {
        let middle = (2 * index + 1) * from;
        let candidates = middle.saturating_sub(reach) / (2 * to)..((middle + reach) / (2 * to) + 1).min(from);
        let near = |pixel: usize| reach.saturating_sub(middle.abs_diff((2 * pixel + 1) * to)) as u64;
        let first = candidates.clone().find(|&pixel| near(pixel) > 0).unwrap_or(candidates.start);
        let weights: Vec<u64> = (first..candidates.end).map(near).take_while(|weight| *weight > 0).collect();
        Window { first, total: weights.iter().sum(), weights }
    };
    (offset..offset + count).map(window).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grey(width: usize, height: usize, values: &[u8]) -> Rgb {
        assert_eq!(values.len(), width * height);
        Rgb { width, height, values: values.iter().flat_map(|value| [*value; 3]).collect() }
    }

    #[test]
    fn an_image_of_the_right_size_stays_as_it_is_channel_by_channel() {
        let image = Rgb { width: 2, height: 2, values: (1..=12).collect() };
        assert_eq!(square(&image, 2), [1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12]);
    }

    /// By hand: 4 pixels become 2; the middle of the first lies between pixels 0 and 1, the reach is 2 pixels, so that
    /// the weights are 1.5, 1.5 and 0.5: (1.5 x 0 + 1.5 x 100 + 0.5 x 200) / 3.5 = 71.4. The second likewise:
    /// (0.5 x 100 + 1.5 x 200 + 1.5 x 40) / 3.5 = 117.1.
    #[test]
    fn halves_are_weighted_by_the_triangle() {
        let row = [0, 100, 200, 40];
        let image = grey(4, 4, &[row; 4].concat());
        assert_eq!(square(&image, 2)[..4], [71, 117, 71, 117]);
    }

    /// By hand: one row of 6 pixels at size 1 has its centre at pixel 2, the odd rest being on the right.
    #[test]
    fn the_centre_of_the_longer_side_is_taken() {
        assert_eq!(square(&grey(6, 1, &[1, 2, 3, 4, 5, 6]), 1), [3; 3]);
        assert_eq!(square(&grey(1, 5, &[1, 2, 3, 4, 5]), 1), [3; 3]);
        assert_eq!((scaled(500, 375, 64), scaled(375, 500, 64), scaled(3, 2, 1)), ((85, 64), (64, 85), (1, 1)));
    }

    proptest! {
        #[test]
        fn every_pixel_lies_between_the_darkest_and_the_brightest_and_mirrors_give_mirrors(
            (width, height, size) in (1usize..40, 1usize..40, 1usize..12),
            number in any::<u64>(),
        ) {
            let mut stream = renas_base::seed::Seed::from_number(number).stream("pixels");
            let values: Vec<u8> = (0..width * height).map(|_| 50 + stream.below(100) as u8).collect();
            let (least, most) = (values.iter().min(), values.iter().max());
            let found = square(&grey(width, height, &values), size);
            prop_assert_eq!(found.len(), 3 * size * size);
            prop_assert!(found.iter().min() >= least && found.iter().max() <= most);
            prop_assert_eq!(&found[..size * size], &found[2 * size * size..]);
            // Turned by a diagonal, rows are columns.
            let turned: Vec<u8> = (0..width * height).map(|at| values[at % height * width + at / height]).collect();
            let other = square(&grey(height, width, &turned), size);
            for (y, x) in (0..size).flat_map(|y| (0..size).map(move |x| (y, x))) {
                prop_assert_eq!(found[y * size + x], other[x * size + y]);
            }
        }

        #[test]
        fn a_plain_image_stays_plain(
            (width, height, size, value) in (1usize..60, 1usize..60, 1usize..20, any::<u8>()),
        ) {
            let found = square(&grey(width, height, &vec![value; width * height]), size);
            prop_assert!(found.iter().all(|pixel| *pixel == value));
        }
    }
}
