"""Writes pytorch.json: what PyTorch 2.11.0 computes for the networks of pytorch.rs.

usage: python3 pytorch.py > pytorch.json
Weights and inputs are exact fractions, so that both sides start from the same f32 values without a random generator.
"""

import json
import math
import re

import torch
from torch import nn

ADAM, SGD, STEPS = 0.05, 0.1, 4
LABELS = torch.tensor([0, 2, 1, 1, 0])


def weight(shape, tensor):
    values = [((i * 37 + tensor * 11) % 101 - 50) / 40 for i in range(math.prod(shape))]
    return torch.tensor(values, dtype=torch.float64).float().reshape(shape)


def images(shape):
    values = [(i * 29 % 97) / 97 for i in range(math.prod(shape))]
    return torch.tensor(values, dtype=torch.float64).float().reshape(shape)


class GlobalMean(nn.Module):
    def forward(self, x):
        return x.mean(dim=(2, 3))


def convolutional():
    return nn.Sequential(
        nn.Conv2d(2, 3, 3, stride=1, padding=1),
        nn.BatchNorm2d(3),
        nn.ReLU(),
        nn.MaxPool2d(3, stride=2, padding=1),
        nn.Conv2d(3, 6, 3, stride=1, padding=2, dilation=2, groups=3),
        nn.GELU(),
        nn.AvgPool2d(2, stride=2, padding=1),
        nn.Conv2d(6, 4, 1, stride=2),
        nn.SiLU(),
        GlobalMean(),
        nn.Linear(4, 3),
    )


class Cell(nn.Module):
    """Branches of one image, concatenated; norms and projections as a searched cell has them."""

    def __init__(self):
        super().__init__()
        self.wide = nn.Conv2d(2, 3, (1, 7), padding=(0, 3))
        self.tall = nn.Conv2d(3, 3, (7, 1), padding=(3, 0))
        self.norm = nn.BatchNorm2d(3)
        self.depthwise = nn.Conv2d(2, 2, 5, padding=2, groups=2)
        self.pointwise = nn.Conv2d(2, 3, 1)
        self.larger = nn.Conv2d(2, 2, 7, padding=3, groups=2)
        self.dilated = nn.Conv2d(2, 3, 3, padding=2, dilation=2)
        self.maximum = nn.MaxPool2d(3, stride=1, padding=1)
        self.mean = nn.AvgPool2d(3, stride=1, padding=1)
        self.projection = nn.Conv2d(17, 4, 1)
        self.reduction = nn.Conv2d(4, 4, (3, 1), stride=2, padding=(1, 0))
        self.linear = nn.Linear(6, 3)

    def forward(self, x):
        narrow = nn.functional.relu(self.norm(self.tall(self.wide(x))))
        separable = self.pointwise(self.depthwise(x))
        dilated = self.dilated(x)
        branches = [narrow, separable, self.larger(x), dilated, self.maximum(x), self.mean(x), x]
        y = self.reduction(nn.functional.relu(self.projection(torch.cat(branches, 1))))
        # The mean of the input beside that of the cell: a concatenation of vectors.
        return self.linear(torch.cat([y.mean(dim=(2, 3)), x.mean(dim=(2, 3))], 1))


class Squeezed(nn.Module):
    """A dilated depthwise layer with squeeze-and-excitation and a skip."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(2, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.depthwise = nn.Conv2d(4, 4, 3, padding=2, dilation=2, groups=4)
        self.squeeze = nn.Linear(4, 2)
        self.excite = nn.Linear(2, 4)
        self.linear = nn.Linear(4, 3)

    def forward(self, x):
        x = nn.functional.relu(self.norm(self.stem(x)))
        y = self.depthwise(x)
        gate = torch.sigmoid(self.excite(nn.functional.relu(self.squeeze(y.mean(dim=(2, 3))))))
        return self.linear((y * gate[:, :, None, None] + x).mean(dim=(2, 3)))


def perceptron():
    layers = [nn.Linear(12, 5), nn.Tanh(), nn.BatchNorm1d(5), nn.Linear(5, 4), nn.Sigmoid(), nn.Linear(4, 3)]
    return nn.Sequential(nn.Flatten(), *layers)


def built(make):
    model = make()
    with torch.no_grad():
        for index, tensor in enumerate(model.parameters()):
            tensor.copy_(weight(tensor.shape, index))
    return model


def numbers(tensor):
    """Enough digits for an f32 to read back equal."""
    return [float(f"{value:.9g}") for value in tensor.detach().flatten().tolist()]


def train(make, x, optimizer, rate):
    model = built(make)
    optimizer = optimizer(model)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=STEPS - 1, eta_min=0.1 * rate)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), LABELS)
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.detach())
    tensors = list(model.parameters())
    norm = next(layer for layer in model.modules() if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)))
    return {
        "losses": numbers(torch.stack(losses)),
        "first_weight": numbers(tensors[0]),
        "last_weight": numbers(tensors[-2]),
        "last_bias": numbers(tensors[-1]),
        "running_mean": numbers(norm.running_mean),
        "running_var": numbers(norm.running_var),
    }


class Predictor(nn.Module):
    """Two vocabularies of 2 and 5 tokens, embedded in 3 values each; 5 hidden units."""

    def __init__(self):
        super().__init__()
        self.embeddings = nn.ModuleList([nn.Embedding(2, 3), nn.Embedding(5, 3)])
        self.lstm = nn.LSTM(6, 5)
        self.linear = nn.Linear(5, 1)

    def forward(self, sequences):
        tokens = torch.tensor([[int(character, 36) for character in sequence] for sequence in sequences])
        steps = tokens.reshape(len(sequences), -1, 2).transpose(0, 1)
        inputs = [embedding(steps[:, :, index]) for index, embedding in enumerate(self.embeddings)]
        _, (state, _) = self.lstm(torch.cat(inputs, 2))
        return torch.sigmoid(self.linear(state[0]))[:, 0]


SEQUENCES = ["040312", "110204", "040301", "130014"]
TARGETS = torch.tensor([0.75, 0.25, 0.5, 0.125])


def predictor():
    model = built(Predictor)
    loss = nn.functional.mse_loss(model(SEQUENCES), TARGETS)
    loss.backward()
    gradient = torch.cat([tensor.grad.flatten() for tensor in model.parameters()])
    answer = {
        "predictions": numbers(model(SEQUENCES)),
        "shorter": numbers(model(["04", "12"])),
        "gradient": numbers(gradient),
    }
    model = built(Predictor)
    optimizer = torch.optim.Adam(model.parameters(), lr=ADAM)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(SEQUENCES), TARGETS)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    answer["losses"] = numbers(torch.stack(losses))
    answer["fitted"] = numbers(torch.cat([tensor.flatten() for tensor in model.parameters()]))
    return answer


class Heads(nn.Module):
    """Four outputs behind one trunk: two cross entropies of one sum, a histogram, and a decoder behind a latent draw."""

    def __init__(self):
        super().__init__()
        self.trunk = nn.Linear(6, 5)
        self.left = nn.Linear(5, 4)
        self.left_class = nn.Linear(4, 3)
        self.right = nn.Linear(5, 6)
        self.histogram = nn.Linear(5, 4)
        self.encode = nn.Linear(5, 4)
        self.decode = nn.Linear(7, 6)

    def forward(self, x, noise):
        trunk = nn.functional.elu(self.trunk(x))
        left = self.left_class(nn.functional.softplus(self.left(trunk)))
        logits = left + nn.functional.softsign(self.right(trunk))[:, 1:4]
        read = self.encode(trunk)
        mean, log_variance = read[:, :2], read[:, 2:]
        latent = mean + torch.exp(log_variance / 2) * noise
        images = self.decode(torch.cat([latent, trunk], 1))
        return logits, self.histogram(trunk), images, mean, log_variance


SHARES = (torch.arange(20).reshape(5, 4) * 7 % 11 / 11).float()
NOISE = torch.tensor([(i * 23 % 41 - 20) / 10 for i in range(10)], dtype=torch.float64).float().reshape(5, 2)


def head_losses(model, x, noise):
    logits, histogram, image, mean, log_variance = model(x, noise)
    one_hot = nn.functional.one_hot(LABELS, 3).float()
    normal = torch.distributions.Normal
    latent = torch.distributions.kl_divergence(normal(mean, torch.exp(log_variance / 2)), normal(0.0, 1.0))
    return torch.stack([
        nn.functional.binary_cross_entropy_with_logits(logits, one_hot),
        nn.functional.cross_entropy(logits, LABELS),
        nn.functional.mse_loss(histogram, SHARES),
        nn.functional.mse_loss(image, x),
        0.5 * latent.sum(1).mean(),
    ])


def heads():
    x = images((5, 6))
    model = built(Heads)
    losses = head_losses(model, x, NOISE)
    losses.sum().backward()
    answer = {
        "losses": numbers(losses),
        "gradient": numbers(torch.cat([tensor.grad.flatten() for tensor in model.parameters()])),
        "without_noise": numbers(head_losses(model, x, torch.zeros(5, 2))),
    }
    model = built(Heads)
    own = list(model.histogram.parameters())
    others = [tensor for tensor in model.parameters() if not any(tensor is one for one in own)]
    optimizers = [torch.optim.Adam(others, lr=ADAM), torch.optim.SGD(own, lr=SGD, momentum=0.9)]
    steps = []
    for _ in range(STEPS):
        for optimizer in optimizers:
            optimizer.zero_grad()
        losses = head_losses(model, x, NOISE)
        losses.sum().backward()
        for optimizer in optimizers:
            optimizer.step()
        steps.append(losses.detach())
    answer["steps"] = numbers(torch.stack(steps))
    answer["trained"] = numbers(torch.cat([tensor.flatten() for tensor in model.parameters()]))
    return answer


FUNCTIONS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "swish": nn.SiLU, "gelu": nn.GELU}
GENOMES = [
    "NC:16:3:relu-RC:32:3:tanh-RC:64:5:gelu-GAP-FC:64-FC:10",
    "RC:8:1:sigmoid-NC:24:5:swish-NC:4:1:relu-RC:511:3:tanh-NC:2:3:gelu-GAP-FC:64-FC:10",
]


def genome(text):
    """The model of a genome string, as fashion_ga says it in words."""
    layers, channels = [], 1
    for layer in text.removesuffix("-GAP-FC:64-FC:10").split("-"):
        kind, filters, kernel, function = layer.split(":")
        filters, kernel, stride = int(filters), int(kernel), {"NC": 1, "RC": 2}[kind]
        layers += [nn.Conv2d(channels, filters, kernel, stride=stride, padding=kernel // 2), FUNCTIONS[function]()]
        channels = filters
    return nn.Sequential(*layers, GlobalMean(), nn.Linear(channels, 64), nn.ReLU(), nn.Linear(64, 10))


def genomes():
    def one(text):
        model = genome(text)
        with torch.no_grad():
            for index, tensor in enumerate(model.parameters()):
                # Small enough that no activation saturates.
                tensor.copy_(weight(tensor.shape, index) / 8)
        count = sum(tensor.numel() for tensor in model.parameters())
        return {"parameters": count, "logits": numbers(model(images((5, 1, 28, 28))))}

    return {text: one(text) for text in GENOMES}


def calibrated():
    """Running statistics as cumulative means of three batches."""
    model = built(convolutional).train()
    norm = model[1]
    norm.momentum = None
    x = images((5, 2, 8, 8))
    with torch.no_grad():
        for batch in [x, x / 2, x * x]:
            model(batch)
    return {"running_mean": numbers(norm.running_mean), "running_var": numbers(norm.running_var)}


def network_values(make, shape):
    x = images(shape)
    model = built(make).eval()
    evaluation = numbers(model(x))
    model = built(make).train()
    loss = nn.functional.cross_entropy(model(x), LABELS)
    loss.backward()
    return {
        "parameters": sum(tensor.numel() for tensor in model.parameters()),
        "evaluation": evaluation,
        "gradient": numbers(torch.cat([tensor.grad.flatten() for tensor in model.parameters()])),
        "adam": train(make, x, lambda model: torch.optim.Adam(model.parameters(), lr=ADAM), ADAM),
        "sgd": train(make, x, lambda model: torch.optim.SGD(model.parameters(), lr=SGD, momentum=0.9), SGD),
    }


def main():
    torch.set_num_threads(1)
    answer = {"torch": torch.__version__.split("+")[0]}
    networks = [
        ("convolutional", convolutional, (5, 2, 8, 8)),
        ("cell", Cell, (5, 2, 8, 8)),
        ("perceptron", perceptron, (5, 3, 2, 2)),
    ]
    for name, make, shape in networks:
        answer[name] = network_values(make, shape)
    answer["predictor"] = predictor()
    answer["heads"] = heads()
    answer["genomes"] = genomes()
    answer["squeezed"] = network_values(Squeezed, (5, 2, 8, 8))
    answer["calibrated"] = calibrated()
    # Each list of numbers on one line.
    print(re.sub(r"\[[^]]*\]", lambda found: "".join(found[0].split()).replace(",", ", "), json.dumps(answer, indent=1)))


main()
