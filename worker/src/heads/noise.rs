//! The standard normal numbers of latent samples: one stream per node, drawn sample after sample, unit after unit.
//!
//! So the numbers of a node do not depend on which others there are, nor those of a sample on how many follow.

use anyhow::Result;
use renas_base::seed::{Seed, Stream};
use renas_network::shape::shapes;
use renas_network::spec::{NetworkSpec, Operator};
use tch::{Device, Tensor};

use crate::module::{Draws, Module};

/// The streams of the latent samples that a module computes.
pub struct NoiseSource {
    streams: Vec<NodeStream>,
    device: Device,
}

struct NodeStream {
    node: usize,
    units: usize,
    stream: Stream,
}

impl NoiseSource {
    /// Streams of `seed`, each named after its node.
    pub fn new(network: &NetworkSpec, module: &Module, seed: Seed, device: Device) -> Result<Self> {
        let nodes = network.nodes.iter().zip(shapes(network)?).enumerate();
        let latent =
            nodes.filter(|(index, (node, _))| node.operator == Operator::LatentSample && module.computes(*index));
        let streams = latent.map(|(index, (node, shape))| NodeStream {
            node: index,
            units: shape[0],
            stream: seed.stream(&node.name),
        });
        Ok(Self { streams: streams.collect(), device })
    }

    /// The next numbers, for a batch of so many samples.
    pub fn draw(&mut self, samples: usize) -> Result<Draws> {
        let mut draws = Draws::new();
        for NodeStream { node, units, stream } in &mut self.streams {
            let numbers: Vec<f32> = (0..samples * *units).map(|_| stream.normal() as f32).collect();
            let numbers = Tensor::from_slice(&numbers).f_view([samples as i64, *units as i64])?;
            draws.insert(*node, numbers.f_to_device(self.device)?);
        }
        Ok(draws)
    }
}
