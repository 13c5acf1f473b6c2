//! The tensors of a network in libtorch: trainable ones in ONE flat buffer, running statistics beside it.
//!
//! An optimiser then moves all weights with one kernel, whatever the number of layers. Each leaf that autograd sees is a
//! view into the buffer.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use renas_base::seed::Seed;
use renas_network::parameter::{Initial, Parameter, parameters};
use renas_network::spec::NetworkSpec;
use renas_network::weights::{self, Tensors};
use tch::{Device, Tensor};

/// The tensors of one network.
pub struct Parameters {
    /// All trainable values behind one another, `[values]` f32.
    pub flat: Tensor,
    /// Views into `flat` that record gradients, in the order of the network's parameters.
    pub leaves: Vec<Tensor>,
    /// Leaves and running statistics by name.
    named: BTreeMap<String, Tensor>,
    description: Vec<Parameter>,
}

impl Parameters {
    /// Fresh values from the streams of `seed`: each tensor has its own, named after it.
    pub fn fresh(network: &NetworkSpec, seed: &Seed, device: Device) -> Result<Self> {
        Self::fresh_from(parameters(network)?, seed, device)
    }

    /// Fresh values of the described tensors, from the same streams.
    pub fn fresh_from(description: Vec<Parameter>, seed: &Seed, device: Device) -> Result<Self> {
        let seed = seed.derive("init");
        let values = description.iter().map(|parameter| initial_values(parameter, &seed)).collect();
        Self::new(description, values, device)
    }

    /// The values of a safetensors object, which must hold exactly the network's tensors.
    pub fn from_tensors(network: &NetworkSpec, mut tensors: Tensors, device: Device) -> Result<Self> {
        let description = parameters(network)?;
        check_tensors(&description, &tensors)?;
        let values = description.iter().filter_map(|parameter| tensors.remove(&parameter.name));
        let values = values.map(|tensor| tensor.values).collect();
        Self::new(description, values, device)
    }

    fn new(description: Vec<Parameter>, values: Vec<Vec<f32>>, device: Device) -> Result<Self> {
        let _no_grad = tch::no_grad_guard();
        let moved = description.iter().zip(&values).filter(|(parameter, _)| parameter.trainable);
        let all: Vec<f32> = moved.flat_map(|(_, values)| values.iter().copied()).collect();
        let flat = Tensor::from_slice(&all).f_to_device(device)?;
        let (mut leaves, mut named, mut start) = (Vec::new(), BTreeMap::new(), 0);
        for (parameter, values) in description.iter().zip(&values) {
            let shape: Vec<i64> = parameter.shape.iter().map(|&size| size as i64).collect();
            let tensor = if parameter.trainable {
                let size = parameter.size() as i64;
                let leaf = flat.f_narrow(0, start, size)?.f_view(shape.as_slice())?.f_detach()?;
                start += size;
                let leaf = leaf.f_set_requires_grad(true)?;
                leaves.push(leaf.shallow_clone());
                leaf
            } else {
                Tensor::from_slice(values).f_view(shape.as_slice())?.f_to_device(device)?
            };
            named.insert(parameter.name.clone(), tensor);
        }
        Ok(Self { flat, leaves, named, description })
    }

    /// The tensor of that name.
    pub fn get(&self, name: &str) -> Result<Tensor> {
        self.named.get(name).map(Tensor::shallow_clone).with_context(|| format!("the network has no tensor `{name}`"))
    }

    /// All values, for a safetensors object.
    pub fn to_tensors(&self) -> Result<Tensors> {
        let mut tensors = Tensors::new();
        for parameter in &self.description {
            let values = crate::data::floats(&self.get(&parameter.name)?)?;
            tensors.insert(parameter.name.clone(), weights::Tensor { shape: parameter.shape.clone(), values });
        }
        Ok(tensors)
    }
}

/// Whether `tensors` are exactly the described ones.
pub(crate) fn check_tensors(description: &[Parameter], tensors: &Tensors) -> Result<()> {
    for parameter in description {
        let Some(tensor) = tensors.get(&parameter.name) else {
            bail!("the weights hold no tensor `{}`, which the network needs", parameter.name);
        };
        ensure!(
            tensor.shape == parameter.shape,
            "tensor `{}` of the weights has shape {:?}, but the network needs {:?}",
            parameter.name,
            tensor.shape,
            parameter.shape
        );
    }
    let described = |name: &String| description.iter().any(|parameter| parameter.name == *name);
    if let Some(name) = tensors.keys().find(|name| !described(name)) {
        bail!("the weights hold a tensor `{name}`, which the network does not have");
    }
    Ok(())
}

/// Fresh values of a tensor: drawn as f64 and rounded once to f32; uniform ones in `-bound..bound`.
pub(crate) fn initial_values(parameter: &Parameter, seed: &Seed) -> Vec<f32> {
    match parameter.initial {
        Initial::Zeros => vec![0.0; parameter.size()],
        Initial::Ones => vec![1.0; parameter.size()],
        Initial::Normal => {
            let mut stream = seed.stream(&parameter.name);
            (0..parameter.size()).map(|_| stream.normal() as f32).collect()
        }
        Initial::Uniform { fan_in } => {
            let bound = 1.0 / (fan_in as f64).sqrt();
            let mut stream = seed.stream(&parameter.name);
            (0..parameter.size()).map(|_| ((2.0 * stream.uniform() - 1.0) * bound) as f32).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use renas_network::spec::Activation;

    /// Fresh weights are part of every training: these values may never change.
    #[test]
    fn fresh_weights_are_pinned_and_stay_below_one_over_the_root_of_fan_in() {
        let network = NetworkSpec::perceptron(&[64], &[16], Activation::Relu, 10);
        let fresh = Parameters::fresh(&network, &Seed::from_number(1), Device::Cpu).expect("valid");
        let tensors = fresh.to_tensors().expect("readable");
        let weight = &tensors["hidden_1.weight"].values;
        assert!(weight.iter().all(|value| value.abs() <= 0.125));
        assert!(weight.iter().any(|value| value.abs() > 0.12));
        assert_eq!(weight[..3], PINNED);
        assert_eq!(tensors["logits.bias"].shape, [10]);
    }

    const PINNED: [f32; 3] = [-0.016527578, 0.065429516, 0.11082851];

    #[test]
    fn leaves_share_their_storage_with_the_flat_buffer() {
        let network = NetworkSpec::perceptron(&[3], &[], Activation::Relu, 2);
        let parameters = Parameters::fresh(&network, &Seed::from_number(1), Device::Cpu).expect("valid");
        let _ = tch::no_grad(|| parameters.flat.shallow_clone().fill_(2.0));
        assert_eq!(parameters.to_tensors().expect("readable")["logits.bias"].values, [2.0, 2.0]);
    }

    #[test]
    fn weights_of_another_network_are_refused_by_name() {
        let network = |units| NetworkSpec::perceptron(&[3], &[units], Activation::Relu, 2);
        let seed = Seed::from_number(1);
        let tensors = Parameters::fresh(&network(4), &seed, Device::Cpu).and_then(|fresh| fresh.to_tensors());
        let error = Parameters::from_tensors(&network(5), tensors.expect("valid"), Device::Cpu).err();
        let message = error.expect("other shapes").to_string();
        assert!(message.contains("`hidden_1.weight` of the weights has shape [4, 3]"), "{message}");
    }
}
