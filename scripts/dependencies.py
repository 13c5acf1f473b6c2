#!/usr/bin/env python3
"""What `make lint` asks of dependencies and no compiler says; exits 1 where one is not as it should be.

1. Every crate that a Cargo.toml names is named by a source file of that package (among `[dependencies]`: by one that is not all tests).
2. No crate of Cargo.lock says that it needs a later Rust than `rust-version` in Cargo.toml. A crate that says nothing is not known.
"""
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECTIONS = ("[dependencies]", "[dev-dependencies]", "[build-dependencies]")


def packages():
    """The folders of all packages, each with the source files that lie in no other package below it."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, text=True, check=True, capture_output=True)
    files = [Path(line) for line in listed.stdout.splitlines()]
    folders = [file.parent for file in files if file.name == "Cargo.toml"]
    own = {folder: [] for folder in folders}
    for file in files:
        if file.suffix == ".rs" and (ROOT / file).exists():
            own[max((folder for folder in folders if folder in file.parents), key=lambda folder: len(folder.parts))].append(file)
    return own


def named(manifest):
    """The dependencies of a Cargo.toml: section and name of each."""
    section = None
    for line in manifest.splitlines():
        if line.startswith("["):
            section = line.split("#")[0].strip()
        elif section in SECTIONS and (found := re.match(r"([A-Za-z0-9_-]+)(\.workspace)? *=", line)):
            yield section, found.group(1)


def unused():
    for folder, files in packages().items():
        texts = {file: (ROOT / file).read_text() for file in files}
        programs = "".join(text.split("\n#[cfg(test)]\nmod tests")[0] for file, text in texts.items() if "tests" not in file.with_suffix("").parts)
        for section, name in named((ROOT / folder / "Cargo.toml").read_text()):
            text = programs if section == "[dependencies]" else "".join(texts.values())
            # A package that the root only hands on is named in its map.
            if not re.search(rf"\b{name.replace('-', '_')}\b", text):
                yield f"{folder / 'Cargo.toml'}: no source file names `{name}` of {section}: remove it"


def too_new():
    metadata = subprocess.run(["cargo", "metadata", "--locked", "--format-version", "1"], cwd=ROOT, text=True, check=True, capture_output=True)
    oldest = re.search(r'^rust-version = "([0-9.]+)"', (ROOT / "Cargo.toml").read_text(), re.M).group(1)
    version = lambda text: tuple(int(part) for part in (text + ".0.0").split(".")[:3])
    for package in json.loads(metadata.stdout)["packages"]:
        needs = package.get("rust_version")
        if needs and version(needs) > version(oldest):
            name = f"{package['name']} {package['version']}"
            yield f"Cargo.lock: {name} needs Rust {needs}, and Cargo.toml promises {oldest}: take an earlier one, or raise rust-version"


problems = [*unused(), *too_new()]
for problem in problems:
    print(problem, file=sys.stderr)
sys.exit(1 if problems else 0)
