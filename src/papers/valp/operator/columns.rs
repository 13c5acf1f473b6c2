//! What the first layer of a receiver makes of its sources once these have changed.

use crate::model::component::{Connection, Id};
use crate::model::graph::{Segment, Valp};
use crate::model::initial::{LayerShape, block, layers, part};
use renas_network::assembly::{Assembly, Source};

/// Where the columns of the first layer's weight come from that multiply one source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Columns {
    /// Those of an old source of the receiver, times `scale`; both are as wide.
    Of {
        /// The old source.
        source: Id,
        /// What they are multiplied by.
        scale: f64,
    },
    /// The source is not heard.
    Zeros,
    /// Each of its units becomes a unit of the layer.
    Identity,
    /// Fresh, by the layer's law.
    Fresh,
}

/// Put the weight of `receiver`'s first layer together anew: where its sources in `new` differ from those in `old`,
/// `columns` says what to do; the columns of all others stay. The bias stays. Outputs have no weights.
pub(super) fn rewire(
    assembly: &mut Assembly,
    old: &Valp,
    new: &Valp,
    receiver: Id,
    columns: impl Fn(&Connection) -> Option<Columns>,
) {
    if new.network(receiver).is_none() {
        return;
    }
    let first = first_layer(new, receiver);
    let before = old.segments(receiver);
    let blocks = new.segments(receiver).into_iter().map(|segment| {
        let kept = Columns::Of { source: segment.connection.from, scale: 1.0 };
        let from = match columns(&segment.connection).unwrap_or(kept) {
            Columns::Of { source, scale } => part(first.weight(), [0, start(&before, source)], scale),
            Columns::Zeros => Source::Zeros,
            Columns::Identity => Source::Identity { scale: 1.0 },
            Columns::Fresh => first.draw(),
        };
        block([0, segment.start], [first.units, segment.width], from)
    });
    let blocks = blocks.collect();
    assembly.tensors.insert(first.weight(), blocks);
}

/// The first layer of a sub-network.
pub(super) fn first_layer(valp: &Valp, network: Id) -> LayerShape {
    layers(valp, network).swap_remove(0)
}

/// The first column that multiplies `source`.
fn start(segments: &[Segment], source: Id) -> usize {
    let segment = segments.iter().find(|segment| segment.connection.from == source);
    segment.expect("operators name only sources that the receiver had").start
}
