//! The best network, drawn.

use crate::best::BestRecord;
use crate::genome::{CLASSES, UNITS};
use crate::layer::{Kind, Layer};
use renas_report::findings::{Diagram, DiagramBox, Figure, Form};

/// Kinds of boxes: images and what every network ends with, normal convolutions, reductions.
const PLAIN: usize = 0;
const NORMAL: usize = 1;
const REDUCTION: usize = 2;

/// The network from its image to its logits.
pub fn best_network(best: &BestRecord) -> Figure {
    let convolution = |layer: &Layer| {
        let Layer { kind, filters, kernel, function } = layer;
        let (name, colour) = match kind {
            Kind::Normal => ("normal", NORMAL),
            Kind::Reduction => ("reduction", REDUCTION),
        };
        let lines = vec![
            name.to_owned(),
            format!("{kernel}x{kernel}"),
            format!("{filters} filters"),
            function.name().to_owned(),
        ];
        DiagramBox { lines, kind: colour }
    };
    let plain = |lines: &[String]| DiagramBox { lines: lines.to_vec(), kind: PLAIN };
    let mut boxes = vec![plain(&["image".to_owned()])];
    boxes.extend(best.visit.genome.layers().iter().map(convolution));
    boxes.push(plain(&["mean over".to_owned(), "pixels".to_owned()]));
    boxes.push(plain(&["dense".to_owned(), UNITS.to_string()]));
    boxes.push(plain(&["dense".to_owned(), CLASSES.to_string()]));
    let arrows = (1..boxes.len()).map(|place| [place - 1, place]).collect();
    Figure {
        id: "best_network".to_owned(),
        title: "The best network".to_owned(),
        caption: format!(
            "The most accurate network of all searches, found by {}: {}. Reductions have stride 2.",
            best.search, best.visit.genome
        ),
        form: Form::Diagram,
        diagram: Some(Diagram { boxes, arrows }),
        ..Figure::default()
    }
}
