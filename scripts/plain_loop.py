#!/usr/bin/env python3
"""The plain PyTorch loop that `make bench` measures renas-worker against.

The network and the recipe of benches/training.rs: 784 inputs, eleven hidden layers of 100 units with ReLU,
10 classes, on MNIST; Adam at 1e-3, batches of 128, one thread. Batches come from torch's DataLoader over a
TensorDataset: images are tensors in memory already, so nothing is decoded or transformed per sample.

usage: plain_loop.py FOLDER_OF_MNIST_IDX_FILES [EPOCHS]
Prints process CPU seconds and wall seconds of each epoch.
"""

import gzip
import sys
import time
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

HIDDEN_LAYERS = 11


def read_idx(folder: Path, name: str) -> torch.Tensor:
    """The values of an IDX file, compressed or not."""
    plain, packed = folder / name, folder / f"{name}.gz"
    data = plain.read_bytes() if plain.exists() else gzip.decompress(packed.read_bytes())
    sizes = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(data[3])]
    return torch.frombuffer(bytearray(data[4 + 4 * data[3] :]), dtype=torch.uint8).reshape(sizes)


def main() -> None:
    folder, epochs = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3
    torch.set_num_threads(1)
    torch.manual_seed(1)
    images = read_idx(folder, "train-images-idx3-ubyte").float().div(255).flatten(1)
    labels = read_idx(folder, "train-labels-idx1-ubyte").long()
    loader = DataLoader(TensorDataset(images, labels), batch_size=128, shuffle=True)

    layers, size = [], images.shape[1]
    for _ in range(HIDDEN_LAYERS):
        layers += [nn.Linear(size, 100), nn.ReLU()]
        size = 100
    model = nn.Sequential(*layers, nn.Linear(size, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    criterion = nn.CrossEntropyLoss()

    for epoch in range(epochs):
        cpu, wall, total = time.process_time(), time.perf_counter(), 0.0
        for batch, target in loader:
            optimizer.zero_grad()
            loss = criterion(model(batch), target)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(target)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        print(f"epoch {epoch + 1}: {cpu:.3f} s CPU, {wall:.3f} s wall, mean loss {total / len(labels):.4f}", flush=True)


if __name__ == "__main__":
    main()
