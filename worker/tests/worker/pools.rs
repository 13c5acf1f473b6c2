//! Largest values of windows have the bits that libtorch's own kernel gives, and so have their gradients.

use renas_base::seed::{Seed, Stream};
use renas_worker::data::floats;
use renas_worker::shim::max_pool;
use tch::Tensor;

/// Images with channels last, whose values repeat, so that windows have several largest; some are no numbers or infinite.
fn images(shape: [usize; 4], stream: &mut Stream) -> Tensor {
    let unusual = stream.below(4);
    let value = |stream: &mut Stream| match (unusual, stream.below(4)) {
        (1, 0) => f32::NAN,
        (2, 0..3) => f32::NEG_INFINITY,
        (3, 0) => -0.0,
        (3, 1) => 0.0,
        _ => stream.below(7) as f32 - 3.0,
    };
    let values: Vec<f32> = (0..shape.iter().product()).map(|_| value(stream)).collect();
    let [count, channels, height, width] = shape.map(|size| size as i64);
    Tensor::from_slice(&values).view([count, height, width, channels]).permute([0, 3, 1, 2])
}

fn bits(tensor: &Tensor) -> Vec<u32> {
    floats(tensor).expect("readable").into_iter().map(f32::to_bits).collect()
}

#[test]
fn the_largest_of_windows_and_their_gradients_have_the_bits_of_libtorch() {
    let _alone = crate::libtorch_alone();
    let mut stream = Seed::from_number(1).stream("pools");
    for _ in 0..400 {
        let shape = [1 + stream.below(3), 1 + stream.below(20), 1 + stream.below(12), 1 + stream.below(12)];
        let (kernel, stride) = (1 + stream.below(5), 1 + stream.below(3));
        let padding = stream.below(kernel / 2 + 1);
        if shape[2..].iter().any(|size| size + 2 * padding < kernel) {
            continue;
        }
        let images = images(shape, &mut stream);
        let square = |size: usize| [size as i64; 2];
        let plain = |x: &Tensor| x.max_pool2d(square(kernel), square(stride), square(padding), [1, 1], false);
        let ours = |x: &Tensor| max_pool(x, kernel, stride, padding).expect("computed");
        let leaf = images.copy().set_requires_grad(true);
        let (expected, found) = (plain(&leaf), ours(&leaf));
        let case = format!("{shape:?}, kernel {kernel}, stride {stride}, padding {padding}");
        assert_eq!((expected.size(), expected.stride()), (found.size(), found.stride()), "{case}");
        assert_eq!(bits(&expected), bits(&found), "{case}");
        assert_eq!(bits(&expected), bits(&ours(&images)), "{case}, without gradients");
        // Gradients of various values, in the order of memory of either layout.
        let weights: Vec<f32> = (0..expected.numel()).map(|_| stream.uniform() as f32 - 0.5).collect();
        let mut weights = Tensor::from_slice(&weights).view(expected.size().as_slice());
        if stream.below(2) == 0 {
            weights = weights.permute([0, 2, 3, 1]).contiguous().permute([0, 3, 1, 2]);
        }
        let gradient = |output: &Tensor| {
            let loss = output.nan_to_num(0.0, 1.0, -1.0) * &weights;
            Tensor::run_backward(&[&loss.sum(tch::Kind::Float)], &[&leaf], true, false).remove(0)
        };
        assert_eq!(bits(&gradient(&expected)), bits(&gradient(&found)), "{case}, gradients");
    }
}
