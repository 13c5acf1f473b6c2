#!/usr/bin/env python3
"""Compare the committed findings with those of a commit: what a change of the code must leave as it is.

For both committed profiles and all papers: names of quantities, their unit, data set, unit of replication, cluster, range and
samples (bit by bit), estimates, verdicts, and the keys of trials in the lock files. Whether independent samples are written
with the numbers of their clusters (0, 1, 2, ...) or without makes no difference. Exit code 1 where anything differs.

    scripts/compare_findings.py [COMMIT]      (default: HEAD)

Standard library only, Python 3.9 or newer.
"""

import json
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent

def committed(commit, name):
    done = subprocess.run(["git", "show", f"{commit}:{name}"], cwd=REPOSITORY, capture_output=True)
    return json.loads(done.stdout) if done.returncode == 0 else None

def present(name):
    path = REPOSITORY / name
    return json.loads(path.read_bytes()) if path.exists() else None

def quantity(found):
    """What must stay of a quantity: all but words."""
    kept = {key: value for key, value in found.items() if key not in ("label", "definition", "summary")}
    samples, clusters = kept.get("samples"), kept.get("clusters")
    if samples is not None and clusters == list(range(len(samples))):
        del kept["clusters"]
    kept["summary"] = {key: value for key, value in found.get("summary", {}).items() if key != "method"}
    return kept

def differences(before, after, what):
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield f"{what} {name}: lost"
        elif name not in before:
            yield f"{what} {name}: new"
        elif before[name] != after[name]:
            yield f"{what} {name}: {json.dumps(before[name], sort_keys=True)[:300]} -> {json.dumps(after[name], sort_keys=True)[:300]}"

def of_findings(before, after):
    quantities = [{name: quantity(one) for name, one in side["quantities"].items()} for side in (before, after)]
    yield from differences(*quantities, "quantity")
    verdicts = [{one["id"]: one["verdict"] for one in side["claims"]} for side in (before, after)]
    yield from differences(*verdicts, "verdict on")

def of_locks(before, after):
    for what in ("trials", "studies"):
        yield from differences(*({key: side[what][key] for key in side[what]} for side in (before, after)), what)

def main():
    commit = sys.argv[1] if len(sys.argv) > 1 else "HEAD"
    listed = subprocess.run(["git", "ls-tree", "-r", "--name-only", commit], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    kinds = [("/findings.json", of_findings, "reports/"), (".json", of_locks, "experiments/locks/")]
    count = found = 0
    for end, compare, start in kinds:
        for name in (one for one in listed.stdout.splitlines() if one.startswith(start) and one.endswith(end)):
            before, after = committed(commit, name), present(name)
            lines = ["the file is lost"] if after is None else list(compare(before, after))
            count += 1
            found += len(lines)
            for line in lines:
                print(f"{name}: {line}")
    print(f"{count} files compared with {commit}: {found} differences")
    return 1 if found or not count else 0

if __name__ == "__main__":
    sys.exit(main())
