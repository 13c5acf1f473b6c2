"""One search on a hill: python3 trial.py REQUEST ROWS.

REQUEST is a JSON file: {"config": {...}, "data": {...}, "seed": n}. ROWS gets a line of JSON per row, finite numbers only. A run
depends on its request and on the files beside it, and on nothing else: every draw comes from the seed.
"""
import json
import random
import sys

with open(sys.argv[1]) as file:
    request = json.load(file)
config = request["config"]
draw = random.Random(request["seed"])


def height(x, y):
    return max(0.0, 1 - (x - 0.3) * (x - 0.3) - (y - 0.3) * (y - 0.3))


best, place = 0.0, (0.0, 0.0)
with open(sys.argv[2], "w") as rows:
    for step in range(config["evaluations"]):
        x, y = draw.random(), draw.random()
        if config["method"] == "climbing" and step > 0:
            x, y = place[0] + 0.4 * (x - 0.5), place[1] + 0.4 * (y - 0.5)
        found = height(x, y)
        if step == 0 or found > best:
            best, place = found, (x, y)
        rows.write(json.dumps({"step": step, "height": found, "best": best}) + "\n")
