//! The sums of products that linear fits spend their time on, compiled for wide vectors too.
//!
//! Each is ordinary Rust, compiled once for every processor and once for those with AVX2. Both do the same operations in
//! the same order, of which none is fused or left out: the same bits, as the tests see by calling both. They are small, so
//! that the compiler finds the vectors: inlined into a longer function, or written with closures, it keeps to single
//! numbers.
#![expect(unsafe_code, reason = "calls what is compiled for AVX2 where the processor has it")]

/// Compile a function twice; `NAME(...)` calls the one that the processor runs fastest, `NAME::plain` any processor's.
macro_rules! twice {
    ($(#[$doc:meta])* fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)? $body:block) => {
        $(#[$doc])*
        pub(super) fn $name($($argument: $type),*) $(-> $result)? {
            #[cfg(target_arch = "x86_64")]
            if std::arch::is_x86_feature_detected!("avx2") {
                // SAFETY: the processor has what the function was compiled for.
                return unsafe { $name::with_avx2($($argument),*) };
            }
            $name::plain($($argument),*)
        }

        mod $name {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            pub(super) fn with_avx2($($argument: $type),*) $(-> $result)? {
                plain($($argument),*)
            }

            #[inline(always)]
            pub(super) fn plain($($argument: $type),*) $(-> $result)? $body
        }
    };
}

twice! {
    /// The sum of products of two columns, in eight lanes that are added in pairs at the end.
    fn dot(a: &[f64], b: &[f64]) -> f64 {
        super::dots_of(a, [b])[0]
    }
}

twice! {
    /// The sums of products of a column with each of four others, as `dot`: they share what is read of it, and hide each
    /// other's waiting.
    fn dot_4(a: &[f64], others: [&[f64]; 4]) -> [f64; 4] {
        super::dots_of(a, others)
    }
}

twice! {
    /// Take a multiple of `other` off a column.
    fn subtract(column: &mut [f64], share: f64, other: &[f64]) {
        for (value, other) in column.iter_mut().zip(other) {
            *value -= share * other;
        }
    }
}

twice! {
    /// `subtract`, and the `dot` of what becomes of the column with `next`, which is as long as the column or shorter: it
    /// stands beside its end.
    fn subtract_dot(column: &mut [f64], share: f64, other: &[f64], next: &[f64]) -> f64 {
        let above = column.len() - next.len();
        let (column_above, column) = column.split_at_mut(above);
        let (other_above, other) = other.split_at(above);
        for (value, other) in column_above.iter_mut().zip(other_above) {
            *value -= share * other;
        }
        let mut lanes = [0.0; 8];
        let ((column, column_rest), (other, other_rest)) = (column.as_chunks_mut::<8>(), other.as_chunks::<8>());
        let (next, next_rest) = next.as_chunks::<8>();
        for ((column, other), next) in column.iter_mut().zip(other).zip(next) {
            for lane in 0..8 {
                column[lane] -= share * other[lane];
                lanes[lane] += next[lane] * column[lane];
            }
        }
        for lane in 0..column_rest.len() {
            column_rest[lane] -= share * other_rest[lane];
            lanes[lane] += next_rest[lane] * column_rest[lane];
        }
        super::total(lanes)
    }
}

/// The sums of products of a column with each of others.
pub(super) fn dots(column: &[f64], others: &[impl AsRef<[f64]>]) -> Vec<f64> {
    let mut sums = Vec::with_capacity(others.len() + 3);
    for others in others.chunks(4) {
        // What is missing of four is the first once more: three alone would take longer.
        let four = std::array::from_fn(|place| others.get(place).unwrap_or(&others[0]).as_ref());
        sums.extend(dot_4(column, four));
    }
    sums.truncate(others.len());
    sums
}

#[inline(always)]
fn dots_of<const N: usize>(column: &[f64], others: [&[f64]; N]) -> [f64; N] {
    let mut lanes = [[0.0; 8]; N];
    let (whole, rest) = column.as_chunks::<8>();
    let others = others.map(|other| other[..column.len()].as_chunks::<8>());
    for (place, values) in whole.iter().enumerate() {
        for other in 0..N {
            let others = &others[other].0[place];
            for lane in 0..8 {
                lanes[other][lane] += values[lane] * others[lane];
            }
        }
    }
    for other in 0..N {
        for (lane, (a, b)) in rest.iter().zip(others[other].1).enumerate() {
            lanes[other][lane] += a * b;
        }
    }
    lanes.map(total)
}

/// The sum of eight lanes, in pairs.
#[inline(always)]
fn total([a, b, c, d, e, f, g, h]: [f64; 8]) -> f64 {
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

#[cfg(test)]
mod tests {
    use super::super::oracle::{self, bits};
    use super::*;
    use renas_base::seed::Seed;

    /// Columns of every length up to some vectors and a rest.
    fn columns() -> impl Iterator<Item = [Vec<f64>; 5]> {
        let mut stream = Seed::from_number(3).stream("columns");
        (0..70).map(move |n| std::array::from_fn(|_| (0..n).map(|_| stream.normal()).collect()))
    }

    /// What is compiled for this processor, and what is compiled for all.
    #[test]
    fn both_compilations_give_the_bits_of_sums_one_after_the_other() {
        for [a, b, c, d, e] in columns() {
            let expected = [&b, &c, &d, &e].map(|other| oracle::dot(&a, other));
            assert_eq!(
                (dot(&a, &b).to_bits(), dot::plain(&a, &b).to_bits()),
                (expected[0].to_bits(), expected[0].to_bits())
            );
            assert_eq!(bits(&dot_4(&a, [&b, &c, &d, &e])), bits(&expected));
            assert_eq!(bits(&dot_4::plain(&a, [&b, &c, &d, &e])), bits(&expected));
            let others = [b, c, d, e];
            (0..=4).for_each(|count| assert_eq!(bits(&dots(&a, &others[..count])), bits(&expected[..count])));
        }
    }

    #[test]
    fn both_compilations_subtract_the_same_bits() {
        for [a, b, c, _, _] in columns() {
            let expected: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a - 0.3 * b).collect();
            for subtract in [subtract, subtract::plain] {
                let mut column = a.clone();
                subtract(&mut column, 0.3, &b);
                assert_eq!(bits(&column), bits(&expected));
            }
            for above in 0..a.len().min(3) {
                let product = oracle::dot(&c[above..], &expected[above..]);
                for subtract_dot in [subtract_dot, subtract_dot::plain] {
                    let mut column = a.clone();
                    assert_eq!(subtract_dot(&mut column, 0.3, &b, &c[above..]).to_bits(), product.to_bits());
                    assert_eq!(bits(&column), bits(&expected));
                }
            }
        }
    }
}
