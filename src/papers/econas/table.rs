//! The tables that surrogates learn from: ours, of networks really trained, and the author's published ones.

use anyhow::{Context as _, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use super::features::{FEATURES, features};
use super::space::Space;
use super::trial::{Protocol, Trained};
use super::variant::Variant;
use renas_base::seed::Seed;
use renas_harness::study::Context;

/// What a table study depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableInputs {
    /// How networks are trained and measured.
    pub protocol: Protocol,
    /// Where they are drawn from.
    pub space: Space,
    /// How many.
    pub networks: usize,
    /// Root of the draws.
    pub seed: Seed,
}

/// Train and measure random networks of the space; the result of a table study.
pub fn build(inputs: &TableInputs, context: &dyn Context) -> Result<Vec<Trained>> {
    let networks: Vec<_> = (0..inputs.networks as u64)
        .map(|index| {
            let seed = inputs.seed.derive_indexed("network", index);
            (inputs.space.sample(&mut seed.stream("genotype")), seed.derive("training"))
        })
        .collect();
    inputs.protocol.train(&networks, context)
}

/// One row as a surrogate sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The five features.
    pub features: [f64; FEATURES],
    /// Accuracy, introspectability, multiply-adds.
    pub objectives: [f64; 3],
}

/// The rows of our table as `variant` reads them: its split, its kind of introspectability.
pub fn rows(table: &[Trained], variant: Variant) -> Vec<Row> {
    let row =
        |trained: &Trained| Row { features: features(&trained.genotype), objectives: variant.objectives(trained) };
    table.iter().map(row).collect()
}

const COLUMNS: &str = "hidden_layers,hidden_sizes_mean,max_hidden_size,min_hidden_size,variance_hidden_sizes,\
                       accuracy,introspectability,flops";

/// The rows of a table that the author published, in the order of the file.
///
/// The sizes of single layers are not in it, only the features; `flops` are multiply-adds.
pub fn parse_author(text: &str) -> Result<Vec<Row>> {
    let mut lines = text.lines();
    let heading = lines.next().unwrap_or("").trim_end();
    ensure!(heading == COLUMNS, "line 1: expected the columns `{COLUMNS}`, found `{heading}`");
    let mut rows = Vec::new();
    for (index, line) in lines.enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = || format!("line {}: `{line}`", index + 2);
        let numbers: Result<Vec<f64>, _> = line.trim_end().split(',').map(str::parse).collect();
        let numbers = numbers.with_context(place)?;
        let [count, mean, most, least, variance, accuracy, introspectability, cost] = numbers[..] else {
            bail!("{}: expected 8 numbers, found {}", place(), numbers.len());
        };
        ensure!(numbers.iter().all(|number| number.is_finite()), "{}: a number is not finite", place());
        rows.push(Row {
            features: [count, mean, most, least, variance],
            objectives: [accuracy, introspectability, cost],
        });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_the_authors_form_is_read() {
        let text = format!("{COLUMNS}\n6,55.5,102,12,1105.25,0.3232,0.5742,80015.0\n");
        let rows = parse_author(&text).expect("well formed");
        assert_eq!(rows, [Row { features: [6.0, 55.5, 102.0, 12.0, 1105.25], objectives: [0.3232, 0.5742, 80015.0] }]);
    }

    #[test]
    fn a_faulty_row_is_named_with_its_line() {
        let text = format!("{COLUMNS}\n1,2,3,4,5,6,7,8\n1,2,3\n");
        assert!(parse_author(&text).expect_err("short row").to_string().starts_with("line 3: `1,2,3`"));
        assert!(parse_author("a,b\n").expect_err("other columns").to_string().starts_with("line 1"));
    }
}
