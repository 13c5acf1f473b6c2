#!/usr/bin/env python3
"""The plain PyTorch loop that the rows on training of `make bench-peers` measure renas-worker against.

What a researcher would write: a torch.nn.Module made of the layers of a genotype, batches from torch's DataLoader over a
TensorDataset whose images are float tensors in memory already (so nothing is decoded or transformed per sample), autograd,
torch.optim.Adam, one thread, and everything else as PyTorch comes.

usage: plain_loop.py compare FOLDER        exit 1 where our losses (benches/loops.rs) are not this network's
       plain_loop.py time FOLDER EPOCHS    process CPU seconds of each epoch, one a line
FOLDER is what `loops write` left.
"""

import json
import sys
import time
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "gelu": nn.GELU, "swish": nn.SiLU}


class GlobalMeanPool(nn.Module):
    """Means over height and width."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean((2, 3))


class Concat(nn.Module):
    """Channels of all inputs, one after another."""

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        return torch.cat(inputs, 1)


class Add(nn.Module):
    """The sum of two inputs."""

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return x + y


class Multiply(nn.Module):
    """Images times a number for each channel."""

    def forward(self, x: torch.Tensor, gate: torch.Tensor) -> torch.Tensor:
        return x * gate[:, :, None, None]


def layer(operator: dict, shape: tuple[int, ...]) -> nn.Module:
    """The module of an operator whose first input has this shape, without the batch."""
    kind, channels = operator["kind"], shape[0]
    if kind == "linear":
        return nn.Linear(channels, operator["units"])
    if kind == "conv2d":
        names = ("stride", "padding", "dilation", "groups")
        return nn.Conv2d(channels, operator["filters"], operator["kernel"], **{name: operator[name] for name in names})
    if kind == "batch_norm":
        return nn.BatchNorm2d(channels) if len(shape) == 3 else nn.BatchNorm1d(channels)
    if kind == "activation":
        return ACTIVATIONS[operator["function"]]()
    if kind in ("max_pool2d", "avg_pool2d"):
        pool = nn.MaxPool2d if kind == "max_pool2d" else nn.AvgPool2d
        return pool(operator["kernel"], operator["stride"], operator["padding"])
    plain = {"flatten": nn.Flatten, "global_mean_pool": GlobalMeanPool, "concat": Concat, "add": Add, "multiply": Multiply}
    return plain[kind]()


class Network(nn.Module):
    """The layers of a genotype; each reads earlier ones by name."""

    def __init__(self, spec: dict):
        super().__init__()
        self.layers = nn.ModuleDict()
        self.sources = {node["name"]: node["inputs"] for node in spec["nodes"]}
        self.output = spec["output"]
        # Shapes follow from one image passing through.
        values = {"input": torch.zeros(2, *spec["input"])}
        for node in spec["nodes"]:
            inputs = [values[source] for source in node["inputs"]]
            self.layers[node["name"]] = module = layer(node["operator"], tuple(inputs[0].shape[1:]))
            with torch.no_grad():
                values[node["name"]] = module(*inputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        values = {"input": x}
        for name, module in self.layers.items():
            values[name] = module(*[values[source] for source in self.sources[name]])
        return values[self.output]


def read(folder: Path) -> tuple[dict, nn.Module, TensorDataset]:
    task = json.loads((folder / "json").read_text())
    images = torch.frombuffer(bytearray((folder / "images").read_bytes()), dtype=torch.uint8)
    images = images.reshape(task["samples"], *task["network"]["input"]).float().div(255)
    labels = torch.frombuffer(bytearray((folder / "labels").read_bytes()), dtype=torch.uint8).long()
    return task, Network(task["network"]), TensorDataset(images, labels)


def load_weights(folder: Path, task: dict, model: nn.Module) -> None:
    """Our first weights; every tensor of the network must be among them, with its shape, and no other."""
    values = torch.frombuffer(bytearray((folder / "weights").read_bytes()), dtype=torch.float32)
    ours, start = {}, 0
    for name, shape in task["tensors"]:
        size = torch.Size(shape).numel()
        ours[f"layers.{name}"] = values[start : start + size].reshape(shape)
        start += size
    theirs = dict(model.named_parameters())
    if start != len(values) or {n: t.shape for n, t in ours.items()} != {n: t.shape for n, t in theirs.items()}:
        sys.exit("the two networks have other tensors")
    with torch.no_grad():
        for name, tensor in theirs.items():
            tensor.copy_(ours[name])


def epoch(model: nn.Module, loader: DataLoader, optimizer: torch.optim.Optimizer, most: int | None = None) -> list[float]:
    criterion = nn.CrossEntropyLoss()
    losses = []
    for batch, target in loader:
        optimizer.zero_grad()
        loss = criterion(model(batch), target)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if len(losses) == most:
            break
    return losses


def main() -> None:
    command, folder = sys.argv[1], Path(sys.argv[2])
    torch.set_num_threads(1)
    torch.manual_seed(1)
    task, model, data = read(folder)
    recipe, rate = task["recipe"], task["recipe"]["optimizer"]["learning_rate"]
    if command == "compare":
        load_weights(folder, task, model)
        loader = DataLoader(data, batch_size=recipe["batch_size"])
        optimizer = torch.optim.Adam(model.parameters(), lr=rate)
        theirs = epoch(model, loader, optimizer, len(task["losses"]))
        # The first loss is before any step. After it rounding grows: Adam makes full steps of gradients that are rounding noise
        # alone, as those of biases before batch normalisation are.
        apart = [abs(ours - other) for ours, other in zip(task["losses"], theirs, strict=True)]
        count = sum(parameter.numel() for parameter in model.parameters())
        print(f"{count} parameters; first loss within {apart[0]:.1g}, those of {len(apart)} steps within {max(apart):.1g}")
        sys.exit(0 if apart[0] < 1e-4 and max(apart) < 0.1 else f"ours {task['losses']}, theirs {theirs}")
    loader = DataLoader(data, batch_size=recipe["batch_size"], shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    for _ in range(int(sys.argv[3])):
        start = time.process_time()
        epoch(model, loader, optimizer)
        print(f"{time.process_time() - start:.6f}", flush=True)


if __name__ == "__main__":
    main()
