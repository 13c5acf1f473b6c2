//! The genome string of a network, and the paper's constraints.
//!
//! `NC:16:3:relu-RC:32:3:tanh-RC:64:5:relu-GAP-FC:64-FC:10`: convolutions in order, then what every network ends with.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::layer::{Kind, Layer, LayerMistake};

/// The convolutions of a network, in order; at least one.
///
/// Its text has one form. `parse` reads only genomes that keep the paper's constraints; `read` also those that only the
/// mutations of `reference` make.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Genome(Vec<Layer>);

/// How every genome ends: global average pooling, 64 units, 10 classes.
pub const ENDING: &str = "GAP-FC:64-FC:10";

/// Units of the first dense layer.
pub const UNITS: usize = 64;

/// Classes.
pub const CLASSES: usize = 10;

/// Reductions that a network must have.
pub const REDUCTIONS: usize = 2;

/// Why a text is not a genome.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("genome `{text}`, character {position}: {rule}")]
pub struct GenomeError {
    text: String,
    /// The first character that breaks the rule, from 1.
    pub position: usize,
    /// What must hold.
    pub rule: String,
}

impl Genome {
    /// The genome of these layers; none where there is no layer.
    pub fn new(layers: Vec<Layer>) -> Option<Self> {
        (!layers.is_empty()).then_some(Self(layers))
    }

    /// The convolutions.
    pub fn layers(&self) -> &[Layer] {
        &self.0
    }

    /// Number of convolutions.
    pub fn depth(&self) -> usize {
        self.0.len()
    }

    /// Whether there are exactly two reductions: of the constraints the only one that a layer cannot keep by itself.
    pub fn keeps_constraints(&self) -> bool {
        self.reductions().count() == REDUCTIONS
    }

    fn reductions(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().filter(|(_, layer)| layer.kind == Kind::Reduction).map(|(place, _)| place)
    }

    /// The genome of a text, whatever its number of reductions.
    pub fn read(text: &str) -> Result<Self, GenomeError> {
        let error = |offset: usize, rule: String| {
            let position = text.get(..offset).unwrap_or(text).chars().count() + 1;
            GenomeError { text: text.to_owned(), position, rule }
        };
        let mut offset = 0;
        let mut layers = Vec::new();
        for part in text.split('-') {
            if part == "GAP" {
                break;
            }
            let layer =
                Layer::read(part).map_err(|LayerMistake { offset: within, rule }| error(offset + within, rule))?;
            layers.push(layer);
            offset += part.len() + 1;
        }
        let rest = text.get(offset..).unwrap_or("");
        if rest != ENDING {
            return Err(error(offset.min(text.len()), format!("a genome ends with {ENDING}, not with `{rest}`")));
        }
        Self::new(layers).ok_or_else(|| error(0, "a genome has at least one convolution".to_owned()))
    }
}

impl fmt::Display for Genome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|layer| write!(f, "{layer}-"))?;
        f.write_str(ENDING)
    }
}

impl FromStr for Genome {
    type Err = GenomeError;

    fn from_str(text: &str) -> Result<Self, GenomeError> {
        let genome = Self::read(text)?;
        let reductions: Vec<usize> = genome.reductions().collect();
        if reductions.len() == REDUCTIONS {
            return Ok(genome);
        }
        // The reduction that is one too many, or the ending before which one is missing.
        let place = reductions.get(REDUCTIONS).copied().unwrap_or(genome.depth());
        let before = genome.0.iter().take(place).map(|layer| layer.to_string().len() + 1);
        let rule = format!("a network has exactly {REDUCTIONS} reductions (RC), this one has {}", reductions.len());
        Err(GenomeError { text: text.to_owned(), position: before.sum::<usize>() + 1, rule })
    }
}

impl From<Genome> for String {
    fn from(genome: Genome) -> Self {
        genome.to_string()
    }
}

impl TryFrom<String> for Genome {
    type Error = GenomeError;

    fn try_from(text: String) -> Result<Self, GenomeError> {
        Self::read(&text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::layer::FUNCTIONS;

    const TEXT: &str = "NC:16:3:relu-RC:32:3:tanh-RC:64:5:gelu-GAP-FC:64-FC:10";

    fn layer() -> impl Strategy<Value = Layer> {
        let kind = prop_oneof![Just(Kind::Normal), Just(Kind::Reduction)];
        (kind, 1..512usize, 0..6usize, 0..5usize).prop_map(|(kind, filters, half, function)| Layer {
            kind,
            filters,
            kernel: 2 * half + 1,
            function: FUNCTIONS[function],
        })
    }

    proptest! {
        #[test]
        fn text_and_genome_are_the_same_both_ways(layers in prop::collection::vec(layer(), 1..12)) {
            let genome = Genome::new(layers).expect("a layer");
            let text = genome.to_string();
            prop_assert_eq!(Genome::read(&text), Ok(genome.clone()));
            prop_assert_eq!(text.parse::<Genome>().is_ok(), genome.keeps_constraints());
        }

        #[test]
        fn any_text_is_a_genome_of_that_very_text_or_an_error_within_it(text in "\\PC*") {
            match Genome::read(&text) {
                Ok(genome) => prop_assert_eq!(genome.to_string(), text),
                Err(error) => prop_assert!((1..=text.chars().count() + 1).contains(&error.position)),
            }
        }

        /// A genome with one character replaced, left out or doubled.
        #[test]
        fn a_damaged_genome_is_another_genome_or_named(place in 0..TEXT.len(), with in "[A-Za-z0-9:é-]{0,2}") {
            let damaged = format!("{}{with}{}", &TEXT[..place], &TEXT[place + 1..]);
            match damaged.parse::<Genome>() {
                Ok(genome) => prop_assert_eq!(genome.to_string(), damaged),
                Err(error) => prop_assert!(error.to_string().contains(&damaged)),
            }
        }
    }

    #[test]
    fn a_text_that_is_no_genome_is_named_with_position_and_rule() {
        let error = |text: &str| {
            let error = text.parse::<Genome>().expect_err(text);
            (error.position, error.rule)
        };
        let starts = |text: &str, position: usize, rule: &str| {
            let (found, words) = error(text);
            assert_eq!(found, position, "{text}: {words}");
            assert!(words.starts_with(rule), "{text}: {words}");
        };
        starts(&TEXT.replace("NC", "XC"), 1, "a layer is NC (stride 1) or RC (stride 2), not `XC`");
        starts(&TEXT.replace("16", "512"), 4, "filters are a number from 1 to 511, not `512`");
        starts(&TEXT.replace("16", "016"), 4, "filters are");
        starts(&TEXT.replace("16", "0"), 4, "filters are");
        starts(&TEXT.replace("5:gelu", "4:gelu"), 33, "a kernel is an odd number up to 11, not `4`");
        starts(&TEXT.replace("gelu", "elu"), 35, "an activation function is one of relu, sigmoid, tanh, swish, gelu");
        starts(&TEXT.replace("RC:64", "NC:64"), 40, "a network has exactly 2 reductions (RC), this one has 1");
        starts(&TEXT.replace("NC:16", "RC:16"), 27, "a network has exactly 2 reductions (RC), this one has 3");
        starts(&TEXT.replace("FC:64", "FC:65"), 40, "a genome ends with GAP-FC:64-FC:10, not with `GAP-FC:65-FC:10`");
        starts(ENDING, 1, "a genome has at least one convolution");
        starts("", 1, "a layer is");
        starts("NC:16:3", 1, "a layer is");
        assert_eq!(
            "NC:1:1:relu".parse::<Genome>().expect_err("no ending").to_string(),
            "genome `NC:1:1:relu`, character 12: a genome ends with GAP-FC:64-FC:10, not with ``"
        );
    }
}
