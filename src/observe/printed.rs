//! Numbers as somebody printed them: means with deviation and n, rounded to the digits that stand there.

use super::place::Place;

/// A mean of a quantity's units as somebody printed it, with its deviation and n.
#[derive(Clone, Debug, PartialEq)]
pub struct Published {
    /// Where it is declared.
    pub place: Place,
    /// The quantity.
    pub quantity: String,
    /// Where it is printed.
    pub source: String,
    /// The mean.
    pub mean: Option<Printed>,
    /// The standard deviation.
    pub deviation: Option<Printed>,
    /// How many units.
    pub n: Option<usize>,
    /// The degrees of freedom of the deviation, where they are stated.
    pub degrees_of_freedom: Option<DegreesOfFreedom>,
}

/// What the sum of squares of a deviation was divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DegreesOfFreedom {
    /// n - 1: that of a sample.
    Sample,
    /// n: that of a whole population.
    Population,
}

/// A number as it is printed.
#[derive(Clone, Debug, PartialEq)]
pub struct Printed {
    /// The number; of a percentage the fraction.
    pub value: f64,
    /// Half a unit of its last digit: as far as rounding may have moved it.
    pub half: f64,
}

impl Printed {
    /// The number of a text such as `93.40 %`, `0.934` or `1.2e3`; nothing where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (digits, shift) = text.strip_suffix('%').map_or((text, 0), |digits| (digits.trim_end(), -2));
        let may_stand = |byte: u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        if !digits.bytes().all(may_stand) {
            return None;
        }
        let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
        let exponent = exponent.parse::<i32>().ok().filter(|exponent| exponent.abs() < 1000)? + shift;
        let decimals = mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len() as i32);
        let number = |text: String| text.parse().ok().filter(|number: &f64| number.is_finite());
        let value = number(format!("{mantissa}e{exponent}"))?;
        Some(Self { value, half: number(format!("5e{}", exponent - decimals - 1))? })
    }

    /// Whether a number is printed so, rounded.
    pub fn agrees(&self, number: f64) -> bool {
        (number - self.value).abs() <= self.half + 1e-9 * self.half.max(self.value.abs())
    }
}
