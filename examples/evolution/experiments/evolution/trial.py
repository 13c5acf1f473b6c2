"""One search on a tabular benchmark: python3 trial.py REQUEST ROWS."""
import csv
import json
import random
import sys

with open(sys.argv[1]) as file:
    request = json.load(file)
config = request["config"]
with open(request["data"]["bench"]) as file:
    table = {row["arch"]: row for row in csv.DictReader(file)}
draw = random.Random(request["seed"])
OPERATIONS, EDGES = "012", 6


def sample():
    return "".join(draw.choice(OPERATIONS) for _ in range(EDGES))


def mutate(arch):
    edge = draw.randrange(EDGES)
    other = draw.choice([operation for operation in OPERATIONS if operation != arch[edge]])
    return arch[:edge] + other + arch[edge + 1 :]


def propose(history):
    """Regularized evolution (Real et al. 2019): the best of a sample of the youngest is changed."""
    if config["method"] == "random" or len(history) < config["population"]:
        return sample()
    alive = history[-config["population"] :]
    parent = max(draw.sample(alive, config["sample"]), key=lambda one: one[1])
    return mutate(parent[0])


history, seen, spent, best = [], set(), 0, (-1.0, 0.0)
with open(sys.argv[2], "w") as rows:
    for step in range(config["evaluations"]):
        arch = propose(history)
        score = table[arch]
        valid, test = float(score["valid"]), float(score["test"])
        spent += int(score["seconds"])
        repeated = arch in seen
        history.append((arch, valid))
        seen.add(arch)
        best = max(best, (valid, test))
        row = {"step": step, "valid": valid, "test": test, "best": best[1], "spent": spent, "repeated": repeated}
        rows.write(json.dumps(row) + "\n")
