"""The synthetic tabular benchmark of this example: 729 cells of six edges with three operations each.

python3 make_bench.py > bench.csv. Neighbours are alike, operations interact, and training is noisy: what tabular benchmarks have in common.
"""
import itertools
import random

draw = random.Random(20261130)
worth = [[draw.random() for _ in range(3)] for _ in range(6)]
pairs = {(a, b): [[draw.random() for _ in range(3)] for _ in range(3)] for a in range(6) for b in range(a)}
print("arch,valid,test,seconds")
for cell in itertools.product(range(3), repeat=6):
    level = sum(worth[edge][op] for edge, op in enumerate(cell))
    level += 0.5 * sum(table[cell[a]][cell[b]] for (a, b), table in pairs.items())
    accuracy = 0.5 + 0.045 * level
    valid, test = accuracy + draw.gauss(0, 0.004), accuracy - 0.01 + draw.gauss(0, 0.003)
    print(f"{''.join(map(str, cell))},{valid:.4f},{test:.4f},{60 + 20 * sum(cell) + draw.randrange(10)}")
