#!/usr/bin/env python3
"""`make bench-peers`: ours beside what others would take, in one table that anyone can repeat.

usage: bench_peers.py [--rounds N] [--seconds S] [--torch] [--note TEXT]

The peers are installed from PyPI, pinned, into private environments below the user's cache folder. Ours and theirs take
turns, pinned to one core, one thread each, for so many rounds; of each the lowest time counts, since whatever else runs
only adds. Both sides read the same inputs, and their results are compared before any time is believed. Writes
reports/bench/peers.md and peers.csv. A row that could not be measured stays in the table and says why.

--torch also installs torch with its CUDA libraries, as PyPI has it (4.7 GB), for the rows of training; they need MNIST,
Fashion-MNIST and CIFAR-10 in $RENAS_DATA too.
"""

import argparse
import csv
import hashlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RENAS = ROOT / "target/release/renas"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "renas"
PINS = {
    "libraries": ["numpy==2.4.6", "scipy==1.17.1", "scikit-learn==1.9.1", "xgboost==3.2.0", "pymoo==0.6.2", "moocore==0.3.2"],
    "snakemake": ["snakemake==9.27.1"],
    "dvc": ["dvc==3.67.1"],
    "torch": ["torch==2.11.0", "numpy==2.4.6"],
}  # fmt: skip

# Name in benches/peers.rs, or that and a second peer: what is done, by whom, how many times as fast we want to be.
LIBRARIES = {
    "tree_fit": ("CART fit, 200 x 5", "scikit-learn `DecisionTreeRegressor`", 25),
    "tree_predict": ("10^6 tree predictions", "scikit-learn", 3),
    "ridge_fit": ("ridge fit, 2,000 x 11", "scikit-learn `Ridge`", 15),
    "nnls_zero": ("NNLS fit without intercept", "SciPy `nnls`", 4),
    "nnls_intercept": ("NNLS fit with intercept", "scikit-learn `LinearRegression(positive=True)`", 15),
    "lasso_fit": ("positive lasso", "scikit-learn `Lasso(positive=True)`", 10),
    "linear_predict": ("linear prediction, 409,600 x 11", "NumPy", 1),
    "xgboost_fit": ("XGBoost, 100 rounds, depth 9", "xgboost (the same library)", 1),
    "front": ("front of 409,600 x 2", "moocore (C) `is_nondominated`", 8),
    "sort_500": ("non-dominated sorting, 500 x 3", "pymoo (compiled)", 3),
    "sort_500.moocore": ("non-dominated sorting, 500 x 3", "moocore (C) `pareto_rank`", 3),
    "sort_5000": ("non-dominated sorting, 5,000 x 3", "pymoo (compiled)", 3),
    "sort_5000.moocore": ("non-dominated sorting, 5,000 x 3", "moocore (C) `pareto_rank`", 3),
    "hypervolume": ("hypervolume, 500 x 3", "moocore (C)", 2),
    "search": ("whole EcoNAS search, 250 x 15, three trees", "pymoo and scikit-learn", 100),
    "bootstrap": ("bootstrap of a mean of 100, 2,000 resamples", "SciPy `bootstrap`, percentile", 10),
}


@dataclass
class Row:
    """A line of the table; times in seconds, by round."""

    work: str
    peer: str
    aim: str
    ours: list[list[float]] = field(default_factory=list)
    theirs: list[list[float]] = field(default_factory=list)
    note: str = ""

    def ratio(self) -> str:
        """Their lowest time by ours, and the same of the round where it is least and where it is most."""
        if not (self.ours and self.theirs):
            return ""
        rounds = [min(theirs) / min(ours) for ours, theirs in zip(self.ours, self.theirs)]
        whole = lowest(self.theirs) / lowest(self.ours)
        return f"{figures(whole)}x" + (f" ({figures(min(rounds))} to {figures(max(rounds))})" if len(rounds) > 1 else "")


def lowest(rounds: list[list[float]]) -> float:
    return min(min(times) for times in rounds)


def median(rounds: list[list[float]]) -> float:
    return statistics.median(time for times in rounds for time in times)


def figures(value: float) -> str:
    return f"{value:.0f}" if value >= 20 else f"{value:.1f}" if value >= 2 else f"{value:.2f}"


def seconds(value: float) -> str:
    for unit, name in [(1, "s"), (1e-3, "ms"), (1e-6, "us")]:
        if value >= unit or name == "us":
            return f"{value / unit:.3g} {name}"
    raise AssertionError


def environment(name: str) -> Path:
    """The Python of a private environment with what PINS says, made where it is not there yet."""
    pins = PINS[name]
    digest = hashlib.sha256("\n".join([sys.version, *pins]).encode()).hexdigest()[:12]
    folder = CACHE / f"peers-{name}-{digest}"
    if not (folder / "complete").exists():
        print(f"installing {', '.join(pins)} into {folder}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check", *pins], check=True)
        (folder / "complete").touch()
    return folder / "bin/python"


def pinned(command: list, **options) -> subprocess.CompletedProcess:
    """Run a command on the last core, alone there unless others are pinned to it too."""
    core = max(os.sched_getaffinity(0))
    return subprocess.run(
        ["taskset", "-c", str(core), *map(str, command)], check=True, text=True, stdout=subprocess.PIPE, **options
    )


def clocked(command: list, **options) -> float:
    start = time.perf_counter()
    pinned(command, stderr=subprocess.DEVNULL, **options)
    return time.perf_counter() - start


def bench_binary(name: str = "peers") -> Path:
    """A file of benches/, compiled."""
    cargo = [os.environ.get("CARGO", "cargo"), "bench", "--no-run", "--package", "renas-benches", "--bench", name]
    output = subprocess.run([*cargo, "--message-format=json"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    made = [json.loads(line) for line in output.stdout.splitlines() if line.startswith("{")]
    return Path(next(m["executable"] for m in made if m.get("executable") and m["target"]["name"] == name))


def libraries(rounds: int, length: float, folder: Path) -> list[Row]:
    python, ours = environment("libraries"), bench_binary()
    peers = [python, ROOT / "scripts/peers.py"]
    pinned([ours, "write", folder], cwd=ROOT)
    compared = subprocess.run([*peers, "compare", folder], text=True, stdout=subprocess.PIPE)
    notes = dict(line.split("\t") for line in compared.stdout.splitlines())
    if compared.returncode != 0:
        sys.exit(f"bench-peers: the two sides compute different things:\n{compared.stdout}")
    rows = {name: Row(work, peer, f"{aim}x", note=notes[name]) for name, (work, peer, aim) in LIBRARIES.items()}
    for turn in range(rounds):
        for name, row in rows.items():
            print(f"round {turn + 1} of {rounds}: {row.work}, {row.peer}", flush=True)
            for times, command in [
                (row.ours, [ours, "time", name.split(".")[0], length]),
                (row.theirs, [*peers, "time", name, length, folder]),
            ]:
                times.append([int(line) * 1e-9 for line in pinned(command, cwd=ROOT).stdout.split()])
    return list(rows.values())


def commands(rounds: int, folder: Path) -> list[Row]:
    """How long short commands take, beside the shortest that there are."""
    floors = {"`git --version`": ["git", "--version"], "`python -c pass`": [sys.executable, "-c", "pass"]}
    work = {name: ([RENAS, name], ROOT) for name in ("list", "status", "plan", "doctor")}
    miniature(folder, networks=12, seeds=3)
    pinned([RENAS, "run"], cwd=folder, stderr=subprocess.DEVNULL)
    work["run"] = ([RENAS, "run"], folder)
    stored = (ROOT / "artifacts").is_dir()
    work["status"] = ([RENAS, "status"], ROOT if stored else folder)
    aims = {"list": "20 ms", "status": "30 ms", "plan": "30 ms", "doctor": "400 ms", "run": "45 ms"}
    titles = {name: f"`renas {name}`" for name in work}
    titles["run"] += ", finished before (a miniature of one paper)"
    titles["status"] += "" if stored else " (of that miniature: this checkout has run nothing)"
    rows = {(name, floor): Row(titles[name], floor, aims[name]) for name in work for floor in floors}
    for name, (command, place) in work.items():
        if subprocess.run(command, cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0:
            for floor in floors:
                rows[name, floor].note = "not measured: it failed"
    for _ in range(rounds):
        for name, (command, place) in work.items():
            if any(rows[name, floor].note for floor in floors):
                continue
            ours = clocked(command, cwd=place)
            for floor, other in floors.items():
                rows[name, floor].ours.append([ours])
                rows[name, floor].theirs.append([clocked(other)])
    return list(rows.values())


def miniature(folder: Path, networks: int, seeds: int) -> None:
    """The miniature of EcoNAS, with so many networks trained and so many seeds of each search."""
    place = folder / "experiments/econas"
    place.mkdir(parents=True)
    for file in (ROOT / "experiments/econas").iterdir():
        shutil.copy(file, place)
    text = (ROOT / "tests/miniature/econas/experiment.yaml").read_text()
    for old, new in [("networks: 12", f"networks: {networks}"), ("\n    seeds: 3\n", f"\n    seeds: {seeds}\n")]:
        assert text.count(old) == 1, f"`{old}` stands once in the miniature"
        text = text.replace(old, new)
    (place / "experiment.yaml").write_text(text)


SNAKEFILE = """
rule all:
    input: expand("out/{study}", study=range(200))

rule study:
    output: "out/{study}"
    shell: "echo {wildcards.study} > {output}"
"""
WHAT_STUDIES = "ours: 198 small searches; theirs: a line into a file each"
DVC_STAGES = "stages:\n" + "".join(f"  study{n}:\n    cmd: echo {n} > out{n}\n    outs: [out{n}]\n" for n in range(200))


def workflows(folder: Path) -> list[Row]:
    """200 trivial studies, at first and again with nothing changed.

    Ours are 198 searches of a miniature; the 12 networks that their trees learn from are trained before. Theirs write a line
    to a file each.
    """
    title, rows = "200 trivial studies", []
    ours: dict[str, list[float]] = {"first": [], "unchanged": []}
    command = [RENAS, "run", "--jobs", "1", "--only"]
    for turn in range(3):
        place = folder / f"ours-{turn}"
        miniature(place, networks=12, seeds=66)
        pinned([*command, "econas/table/*"], cwd=place, stderr=subprocess.DEVNULL)
        for when in ours:
            ours[when].append(clocked([*command, "econas/search/*"], cwd=place))
    for tool, aims in {"snakemake": ("10x", "25x"), "dvc": ("", "")}.items():
        theirs: dict[str, list[float]] = {"first": [], "unchanged": []}
        try:
            binary = environment(tool).parent / tool
            for turn in range(3 if tool == "snakemake" else 1):
                place = folder / f"{tool}-{turn}"
                place.mkdir()
                if tool == "snakemake":
                    (place / "Snakefile").write_text(SNAKEFILE)
                    command = [binary, "--cores", "1", "--quiet", "all"]
                else:
                    (place / "dvc.yaml").write_text(DVC_STAGES)
                    subprocess.run(["git", "init", "--quiet", place], check=True)
                    pinned([binary, "init", "--quiet"], cwd=place)
                    command = [binary, "repro", "--quiet"]
                for when in theirs:
                    theirs[when].append(clocked(command, cwd=place))
            failed = ""
        except (subprocess.CalledProcessError, OSError) as error:
            failed = f"not measured: {error}"
        for when, aim in zip(theirs, aims):
            row = Row(f"{title}, {when}", PINS[tool][0].replace("==", " "), aim, note=failed or WHAT_STUDIES)
            if not failed:
                row.ours, row.theirs = [ours[when]], [theirs[when]]
            rows.append(row)
    return rows


def verification() -> list[Row]:
    rows = []
    for profile, aim in [("quick", "2 s, 400 MB"), ("reduced", "5 s, 400 MB")]:
        row, most = Row(f"`renas verify --profile {profile}`, all cores", "none", aim), 0
        for _ in range(2):
            start = time.perf_counter()
            child = subprocess.Popen([RENAS, "verify", "--profile", profile], cwd=ROOT, stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            row.ours.append([time.perf_counter() - start])
            most = max(most, usage.ru_maxrss)
            if child.returncode != 0:
                row.note = f"exit code {child.returncode} (differences); "
        row.note += f"{most / 1024:.0f} MB at most"
        rows.append(row)
    return rows


# Row of benches/loops.rs: what is trained, and how many times as fast we want to be.
TRAININGS = {
    "econas": ("an epoch of an 11 x 100 perceptron (EcoNAS) on 60,000 images of MNIST", "2x"),
    "fashion_ga": ("an epoch of a genome of Fashion GA's best kind on 5,000 images of Fashion-MNIST", "1.6x"),
    "popnas": ("an epoch of a POPNAS child of 4 blocks on 2,250 images of CIFAR-10", "1.6x"),
    "hierarchical": ("an epoch of a network of the hierarchical space on 2,500 images of CIFAR-10", "1.6x"),
}


def training(rounds: int, torch: bool) -> list[Row]:
    """One epoch of a typical network of four papers; CPU time, of which other processes take least. Ours under `avx2`, the
    plain loop with all instructions of the machine."""
    rows = []
    for name, (work, aim) in TRAININGS.items():
        rows.append(row := Row(f"training, {work}", "plain PyTorch loop", aim))
        if not torch:
            row.note = "not measured: without --torch"
            continue
        python, ours = environment("torch"), bench_binary("loops")
        with tempfile.TemporaryDirectory(prefix="bench-peers-") as folder:
            if subprocess.run([ours, "write", name, folder], cwd=ROOT).returncode != 0:
                row.note = "not measured: its data are not in $RENAS_DATA"
                continue
            theirs = [python, ROOT / "scripts/plain_loop.py"]
            compared = subprocess.run([*theirs, "compare", folder], text=True, stdout=subprocess.PIPE)
            if compared.returncode != 0:
                sys.exit(f"bench-peers: the two sides of `{name}` train different networks")
            row.note = f"CPU time; {compared.stdout.strip()}"
            for turn in range(min(rounds, 3)):
                print(f"round {turn + 1} of {min(rounds, 3)}: {row.work}", flush=True)
                for times, command in [
                    (row.ours, [ours, "time", name, 3]),
                    (row.theirs, [*theirs, "time", folder, 3]),
                ]:
                    times.append([float(line) for line in pinned(command, cwd=ROOT).stdout.split()])
    return rows


def processor() -> str:
    names = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return f"{names[0] if names else 'an unknown processor'}, {len(os.sched_getaffinity(0))} cores"


def report(rows: list[Row], header: str) -> None:
    lines = ["# Ours beside its peers", "", header, ""]
    lines += ["| work | peer | ours | theirs | theirs by ours (by round) | aim | n | note |", "|---|---|---|---|---|---|---|---|"]
    table = [["work", "peer", "side", "round", "calls", "lowest_seconds", "median_seconds"]]
    for row in rows:
        times = [seconds(lowest(side)) if side else "" for side in (row.ours, row.theirs)]
        n = " / ".join(str(sum(map(len, side))) for side in (row.ours, row.theirs) if side)
        lines.append("| " + " | ".join([row.work, row.peer, *times, row.ratio(), row.aim, n, row.note]) + " |")
        for side, rounds in [("ours", row.ours), ("theirs", row.theirs)]:
            for turn, calls in enumerate(rounds):
                spread = [f"{min(calls):.9f}", f"{statistics.median(calls):.9f}"]
                table.append([row.work, row.peer, side, turn + 1, len(calls), *spread])
    folder = ROOT / "reports/bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "peers.md").write_text("\n".join(lines) + "\n")
    with (folder / "peers.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.5, help="of calls, a row, side and round")
    parser.add_argument("--torch", action="store_true", help="measure training too")
    parser.add_argument("--note", default="", help="what else is to be known of this run")
    chosen = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="bench-peers-") as name:
        folder = Path(name)
        rows = libraries(chosen.rounds, chosen.seconds, folder)
        rows += training(chosen.rounds, chosen.torch)
        rows += verification()
        rows += commands(15, folder / "run")
        rows += workflows(folder)
    pins = ", ".join(pin.replace("==", " ") for pin in PINS["libraries"])
    header = (
        f"Written by `make bench-peers` on {processor()}; {chosen.rounds} rounds in turn, pinned to one core, one thread "
        f"each. Times are the lowest of n calls (ours / theirs), a ratio theirs by ours: above 1 we are faster; in brackets "
        f"the least and the largest ratio of a round. Where there are no rounds n is of whole runs. Load of the machine when "
        f"it began {load:.1f}, at its end {os.getloadavg()[0]:.1f}. {chosen.note}\n\n{pins}; Python {sys.version.split()[0]}."
    )
    report(rows, header)


if __name__ == "__main__":
    main()
