#!/usr/bin/env python3
"""Attack the built programs `renas` and `renas-worker` until the time is up, and see whether each promise is kept.

Every attack works in a folder of its own on a tiny EcoNAS (12 networks, 1 epoch, populations of 8), whose clean run gives
the reference: the bytes of `reports/quick` and of the lock file. What is promised, and looked at after every attack:

P1   After any kill, the same command ends with the same bytes of report and lock file, and trains no finished trial again.
P2   No object or record with other bytes than its name promises is used: `renas verify` ends with 4 and names the file,
     and the next run mends it, to the same bytes.
P3   A deleted object or record is named by `renas verify` and made again by the next run.
P4   A full disk or an error of input or output ends a run with a message and exit code 2 or 3, never with 0 and wrong
     bytes; the next run completes.
P5   Eight coordinators on one store at once all end with 0 and the same bytes.
P6   A misbehaving worker never makes a report with other bytes: the run fails with a message (exit code 2 or 3), or gives
     the reference. A lie that could be true (another number in its range, another tensor with its right digest) is found
     where a lock file promises: the run names the difference or fails, and `renas verify` does not end with 0. A living
     worker that says nothing cannot be told from one with long work: the run may wait, and Ctrl-C ends it (130).
P7   Hostile manifests, evidence, lock files, sums, store files and flags give exit codes 2, 3 or 4 with a message: no panic,
     no hang (60 s), no unbounded memory (2 GB), and no file outside the folder is changed.
P8   Signals at any time lose no finished trial, and the next run gives the reference.
P9   Files of the user in the reports folder survive everything.
P10  After everything `renas verify` ends with 0, a fresh copy of the reports verifies without the store, and no process
     is left behind.

A panic anywhere (exit code 101, or `panicked` on standard error) breaks P7. Environment: TORTURE_SECONDS (600), TORTURE_SEED
(random, printed), TORTURE_PATIENCE (60: seconds after which a command hangs). Exit code 1 where a promise was broken.
Standard library only, Python 3.9 or newer.
"""

import argparse
import hashlib
import json
import os
import random
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
PATIENCE = float(os.environ.get("TORTURE_PATIENCE", "60"))
MEMORY = 2 << 30  # bytes of address space that a command may take of a hostile file
COORDINATORS = 8
TOLD_LINES = 12

def miniature():
    """The files of a tiny EcoNAS by name: its own `experiment.yaml`, and all else as it is run for real."""
    paths = {path.name: path for path in (REPOSITORY / "experiments/econas").glob("*.yaml")}
    paths["experiment.yaml"] = REPOSITORY / "tests/miniature/econas/experiment.yaml"
    return {name: path.read_bytes() for name, path in sorted(paths.items())}


class Broken(Exception):
    """A promise that was not kept."""

    def __init__(self, promise, message, hung=False):
        super().__init__(f"{promise}: {message}")
        self.hung = hung


class Skipped(Exception):
    """An attack that this machine does not allow."""


# ---------------------------------------------------------------------------------------------------------------- benches


def files_below(folder):
    """Relative paths of all files and links below a folder, sorted; as bytes-safe text."""
    found = []
    for place, folders, names in os.walk(folder):
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        found.extend(os.path.relpath(os.path.join(place, name), folder) for name in names + links)
    return sorted(found)


def bytes_below(folder):
    """Bytes of all regular files below a folder by relative path; of anything else, what it is."""
    content = {}
    for name in files_below(folder):
        path = Path(folder) / name
        if path.is_symlink():
            content[name] = b"link to " + os.fsencode(os.readlink(path))
        elif path.is_file():
            content[name] = path.read_bytes()
        else:
            content[name] = b"something else"
    return content


def difference(expected, found):
    """In a phrase, how two results of `bytes_below` differ; nothing where they do not."""
    lost = sorted(set(expected) - set(found))
    extra = sorted(set(found) - set(expected))
    other = sorted(name for name in set(expected) & set(found) if expected[name] != found[name])
    parts = [("lost", lost), ("extra", extra), ("other bytes", other)]
    return "; ".join(f"{what}: {', '.join(map(repr, names[:4]))} ({len(names)})" for what, names in parts if names)


def processes_in(folder):
    """Process ids, program names and states of all processes that work in or below a folder."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            if not (os.readlink(f"/proc/{entry}/cwd") + "/").startswith(f"{folder}/"):
                continue
            program = os.path.basename(os.readlink(f"/proc/{entry}/exe"))
            state = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        found.append((int(entry), program, state))
    return [process for process in found if process[2] != "Z"]


def send(process, number):
    """Send a signal to a process that may have ended."""
    try:
        os.kill(process, number)
    except ProcessLookupError:
        pass


class Answer:
    """What a command said, and how it ended; a code of None is one that did not end."""

    def __init__(self, command, code, out, err):
        self.command, self.code, self.out, self.err = command, code, out, err

    def told(self):
        lines = [f"$ {self.command}  -> {self.code}"]
        for name, text in (("out", self.out), ("err", self.err)):
            lines += [f"  {name}: {line[:300]}" for line in text.splitlines()[-TOLD_LINES:]]
        return lines

    def number(self, pattern):
        found = re.search(pattern, self.out + self.err)
        return int(found.group(1)) if found else None


class Reference:
    """The programs, and what a clean run gives."""

    def __init__(self, work, renas, worker):
        self.work = work
        programs = work / "programs"
        programs.mkdir()
        # Copies: a build during the attacks changes nothing.
        self.renas = Path(shutil.copy2(renas, programs / "renas"))
        self.worker = Path(shutil.copy2(worker, programs / "renas-worker"))
        self.manifest = miniature()
        self.template = None
        started = time.monotonic()
        bench = Bench(self, "reference")
        first = bench.renas("run", "--update-lock", "--jobs", "2", codes=(0,))
        self.seconds = time.monotonic() - started
        self.trials = first.number(r"(\d+) trials computed")
        self.report = bytes_below(bench.inside / "reports")
        self.lock = bench.lock.read_bytes()
        bench.renas("verify", codes=(0,))
        self.template = bench.inside
        again = Bench(self, "reference-of-one-job")
        again.renas("run", "--update-lock", "--jobs", "1", codes=(0,))
        wrong = difference(self.report, bytes_below(again.inside / "reports"))
        if wrong or again.lock.read_bytes() != self.lock:
            raise Broken("P1", f"two clean runs differ: {wrong or 'lock file'}")
        again.remove()


class Bench:
    """A folder with the tiny experiment, and everything that is done to it and asked of it."""

    def __init__(self, reference, name, finished=False, locked=False):
        self.reference = reference
        self.root = reference.work / name
        self.inside = self.root / "bench"
        self.history = []
        self.parameters = []
        self.user_files = {}
        self.mounted = None
        self.tmp = self.root / "tmp"
        self.machine = self.root / "machine"
        for folder in (self.root, self.tmp, self.machine, self.root / "home", self.root / "outside/folder"):
            folder.mkdir(parents=True)
        (self.root / "outside/victim.txt").write_text("nobody may change this\n")
        (self.root / "outside/folder/victim.txt").write_text("nor this\n")
        self.before = self.surroundings()
        if finished:
            shutil.copytree(reference.template, self.inside)
        else:
            self.manifest.mkdir(parents=True)
            self.restore_manifest()
            if locked:
                self.restore_lock()

    @property
    def manifest(self):
        return self.inside / "experiments/econas"

    @property
    def lock(self):
        return self.inside / "experiments/locks/quick/econas.json"

    @property
    def report(self):
        return self.inside / "reports/quick"

    @property
    def evidence(self):
        return self.report / "econas/outcomes.jsonl.zst"

    @property
    def store(self):
        return self.inside / "artifacts"

    def note(self, **parameters):
        """Remember what was chosen, for who has to repeat it."""
        self.parameters += [f"{name}={value!r}" for name, value in parameters.items()]

    def surroundings(self):
        return {**bytes_below(self.root / "outside"), **bytes_below(self.root / "home")}

    def environment(self, extra):
        kept = ("PATH", "LANG", "LD_LIBRARY_PATH", "LIBTORCH", "RENAS_XGBOOST")
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        environment.update(HOME=str(self.root / "home"), TMPDIR=str(self.tmp), RENAS_MACHINE_LOCKS=str(self.machine))
        environment.update(extra)
        return environment

    def start(self, *arguments, environment=None, limits=None, **streams):
        """Start renas; what it says goes into files, since pipes that a grandchild holds would never end."""
        number = len(self.history)
        out, err = (self.root / f"{number:03}.{name}" for name in ("out", "err"))

        def prepare():
            for limit, amount in (limits or {}).items():
                resource.setrlimit(limit, (amount, amount))
            if resource.RLIMIT_FSIZE in (limits or {}):
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

        # Children get descriptors of their own: these are closed here at once.
        with open(out, "wb") as out_file, open(err, "wb") as err_file:
            child = subprocess.Popen(
                [str(self.reference.renas), *arguments],
                cwd=self.inside,
                env=self.environment(environment or {}),
                stdin=subprocess.DEVNULL,
                stdout=streams.get("stdout", out_file),
                stderr=streams.get("stderr", err_file),
                start_new_session=True,
                preexec_fn=prepare,
            )
        child.can_tell = not streams
        child.renas = (" ".join(["renas", *(repr(a) if " " in str(a) else str(a) for a in arguments)]), out, err)
        self.history.append(child)
        return child

    def finish(self, child, codes=None, promise="P7", patience=None):
        """Wait for a command's end; it must not hang or panic, and must end with one of the codes, with a message."""
        try:
            code = child.wait(PATIENCE if patience is None else patience)
        except subprocess.TimeoutExpired:
            code = None
        command, out, err = child.renas
        out, err = (path.read_bytes()[-200_000:].decode(errors="replace") for path in (out, err))
        answer = child.answer = Answer(command, code, out, err)
        if code is None:
            where = Path(f"/proc/{child.pid}/wchan").read_text() if os.path.exists(f"/proc/{child.pid}/wchan") else ""
            self.sweep(everything=True)
            child.wait()
            raise Broken(promise, f"`{command}` did not end in {PATIENCE if patience is None else patience:g} s ({where})", True)
        if code == 101 or "panicked at" in err:
            raise Broken("P7", f"`{command}` panicked")
        if codes is not None and code not in codes:
            raise Broken(promise, f"`{command}` ended with {code}, not with {' or '.join(map(str, codes))}")
        if codes is not None and code > 0 and child.can_tell and not (err + out).strip():
            raise Broken(promise, f"`{command}` ended with {code} and without a message")
        return answer

    def renas(self, *arguments, codes=None, promise="P10", **settings):
        return self.finish(self.start(*arguments, **settings), codes, promise)

    def workers(self):
        return [process for process, program, _ in processes_in(self.root) if program == "renas-worker"]

    def kept_trials(self):
        """Finished trials of the store whose records are intact."""
        kept = 0
        for path in (self.store / "steps").glob("??/*.json"):
            text = path.read_bytes()
            body, _, tail = text.rpartition(b',"digest":"')
            kept += b'"step":"train"' in text and tail[:64].decode() == hashlib.sha256(body).hexdigest()
        return kept

    def restore_manifest(self):
        for name, content in self.reference.manifest.items():
            (self.manifest / name).write_bytes(content)

    def restore_lock(self):
        self.lock.parent.mkdir(parents=True, exist_ok=True)
        self.lock.write_bytes(self.reference.lock)

    def report_differs(self):
        """How the reports differ from the reference, apart from the user's files."""
        found = bytes_below(self.inside / "reports")
        return difference(self.reference.report, {name: found[name] for name in found if name not in self.user_files})

    def check_user_files(self):
        found = bytes_below(self.inside / "reports")
        lost = difference(self.user_files, {name: found[name] for name in found if name in self.user_files})
        if lost:
            raise Broken("P9", f"files of the user: {lost}")

    def check_surroundings(self):
        changed = difference(self.before, self.surroundings())
        if changed:
            raise Broken("P7", f"files outside the folder: {changed}")

    def settle(self, promise="P1", kept=None):
        """The same command ends well with the reference's bytes, and everything verifies."""
        run = self.renas("run", codes=(0,), promise=promise)
        wrong = self.report_differs()
        if wrong:
            raise Broken(promise, f"the next run gave another report: {wrong}")
        computed = run.number(r"(\d+) trials computed")
        if kept is not None and computed is not None and computed > self.reference.trials - kept:
            raise Broken(promise, f"{kept} of {self.reference.trials} trials were finished, and {computed} trained again")
        if not self.lock.exists():
            self.renas("run", "--update-lock", codes=(0,), promise=promise)
        if self.lock.read_bytes() != self.reference.lock:
            raise Broken(promise, "the lock file has other bytes")
        self.check_verifies()

    def check_verifies(self):
        self.check_user_files()
        if self.user_files:
            answer = self.renas("verify", codes=(0, 4))
            differences = [line for line in answer.out.splitlines() if line.startswith("DIFFERS")]
            alone = "reports/reduced/SHA256SUMS: it is not there"  # a folder that only the user's files make
            if not all("does not know it" in line or alone in line for line in differences):
                raise Broken("P10", "verify names more than the files of the user")
            for name in self.user_files:
                os.unlink(self.inside / "reports" / name)
            self.user_files = {}
        self.renas("verify", codes=(0,))
        copy = Bench(self.reference, f"{self.root.name}-copy", locked=True)
        shutil.copytree(self.inside / "reports", copy.inside / "reports")
        self.history += copy.history
        copy.renas("verify", codes=(0,))
        copy.remove()
        self.check_surroundings()
        self.check_processes()

    def check_processes(self):
        deadline = time.monotonic() + 5
        while left := [process for process in processes_in(self.root) if process[1].startswith("renas")]:
            if time.monotonic() > deadline:
                raise Broken("P10", f"processes are left behind: {left}")
            time.sleep(0.02)
        self.sweep()

    def sweep(self, everything=False):
        """End what still works in this folder: our false workers, and renas itself where it hangs."""
        for process, program, _ in processes_in(self.root):
            if everything or not program.startswith("renas"):
                send(process, signal.SIGKILL)

    def mount(self, options):
        """A small file system in memory, in the folder `small`."""
        place = self.inside / "small"
        place.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], stderr=subprocess.DEVNULL)
        if done.returncode != 0:
            raise Skipped("mounting is not allowed here")
        self.mounted = place
        return place

    def remount(self, options):
        subprocess.run(["mount", "-o", f"remount,{options}", str(self.mounted)], check=True)

    def unmount(self):
        if self.mounted:
            self.sweep(everything=True)
            subprocess.run(["umount", "-l", str(self.mounted)], check=True)
            self.mounted = None

    def remove(self):
        self.unmount()
        shutil.rmtree(self.root, ignore_errors=True)


# ---------------------------------------------------------------------------------------------------------------- attacks

ATTACKS = {}


class Attack:
    """A kind of attack: its variants are tried in turn, in an order that the seed shuffles."""

    def __init__(self, name, promises, weight, variants, function):
        self.name, self.promises, self.weight, self.variants = name, promises, weight, variants
        self.function, self.about = function, function.__doc__.strip()
        self.count = self.skipped = 0
        self.failures, self.hung = [], set()

    def variant(self, seed, number):
        order = list(self.variants)
        random.Random(f"{seed}:{self.name}").shuffle(order)
        return order[number % len(order)]


def attack(name, promises, weight, variants):
    def register(function):
        ATTACKS[name] = Attack(name, promises, weight, list(variants), function)
        return function

    return register


def some_time(reference, chance, longest=1.3):
    """Seconds, up to a little more than a run takes; often short."""
    return reference.seconds * longest * chance.random() ** chance.choice([1, 1, 2])


def store_files(bench, kind):
    """Relative paths of the store's files of a kind (`objects`, `steps`, `receipts`)."""
    return sorted(str(path.relative_to(bench.inside)) for path in (bench.store / kind).rglob("*") if path.is_file())


def lose_some(bench, chance):
    """Delete a random share of the store, so that there is work to do."""
    for kind in ("objects", "steps"):
        share = chance.choice([0, 0.3, 1])
        for name in store_files(bench, kind):
            if chance.random() < share:
                os.unlink(bench.inside / name)


KILLED_COMMANDS = {
    "run": (["run"], False),
    "run with a lock": (["run", "--update-lock"], False),
    "run on a damaged store": (["run"], True),
    "heal": (["verify", "--heal"], True),
    "rerun": (["verify", "--rerun", "--sample", "6"], True),
    "report": (["report"], True),
}


@attack("kill", "P1", 10, [f"{who}, {command}" for who in ("coordinator", "workers", "all") for command in KILLED_COMMANDS])
def kill(bench_of, variant, chance):
    """SIGKILL at random moments, up to five times: of the coordinator, of its workers, of all at once."""
    who, _, name = variant.partition(", ")
    arguments, damaged = KILLED_COMMANDS[name]
    bench = bench_of(finished=damaged)
    if damaged and name != "report" and name != "rerun":
        lose_some(bench, chance)
    if name == "report":
        shutil.rmtree(bench.report / "econas/figures")
    for _ in range(chance.randint(1, 5)):
        wait = some_time(bench.reference, chance) * (0.2 if name == "report" else 1)
        bench.note(wait=round(wait, 4))
        child = bench.start(*arguments)
        time.sleep(wait)
        if who in ("workers", "all"):
            for worker in bench.workers():
                send(worker, signal.SIGKILL)
        if who in ("coordinator", "all"):
            send(child.pid, signal.SIGKILL)
            bench.finish(child)
        else:
            bench.finish(child, (0, 3, 4), "P1")
    bench.settle("P1", kept=bench.kept_trials() if not damaged else None)


def altered(content, chance):
    """Bytes with one bit flipped."""
    place = chance.randrange(len(content))
    flipped = bytearray(content)
    flipped[place] ^= 1 << chance.randrange(8)
    return bytes(flipped)


def check_named(bench, names, promise):
    """`renas verify` ends with 4 and names all of these files."""
    answer = bench.renas("verify", codes=(4,), promise=promise)
    missing = [name for name in names if name not in answer.out + answer.err]
    if missing:
        raise Broken(promise, f"verify does not name {missing[:3]} ({len(missing)} of {len(names)})")


def pages(bench):
    return [str(Path("reports") / name) for name in bench.reference.report if not name.endswith("SHA256SUMS")]


def chosen(bench, what, chance):
    """Some files of the bench, by the name of a variant."""
    kind, how_many = what.split(" ", 1)
    if kind == "page":
        names = pages(bench)
    elif kind == "mixed":
        names = store_files(bench, "objects") + store_files(bench, "steps")
    else:
        names = store_files(bench, kind)
    return {"one": lambda: [chance.choice(names)], "some": lambda: chance.sample(names, min(len(names), 9)), "all": lambda: names}[
        how_many
    ]()


SELECTIONS = [f"{kind} {share}" for kind in ("objects", "steps", "mixed", "page") for share in ("one", "some", "all")]


@attack("flip-bit", "P2", 12, SELECTIONS)
def flip_bit(bench_of, variant, chance):
    """A bit of objects, records or pages is another: named by verify, mended by the next run."""
    bench = bench_of(finished=True)
    names = chosen(bench, variant, chance)
    bench.note(files=names[:4])
    for name in names:
        path = bench.inside / name
        if path.stat().st_size:
            path.write_bytes(altered(path.read_bytes(), chance))
    check_named(bench, names, "P2")
    heal_first(bench, chance)
    bench.settle("P2")


def heal_first(bench, chance):
    if chance.random() < 0.3:
        bench.note(healed=True)
        bench.renas("verify", "--heal", codes=(0, 4), promise="P2")


def is_promised(bench, name):
    """Whether anything that is left promises a lost file: objects are promised by records alone."""
    if not name.startswith("artifacts/objects/"):
        return True
    digest = "".join(name.split("/")[-2:]).encode()
    return any(digest in path.read_bytes() for path in (bench.store / "steps").glob("??/*.json"))


@attack("delete", "P3", 12, SELECTIONS + ["format", "steps and receipts", "store", "report", "sums", "shards"])
def delete(bench_of, variant, chance):
    """Objects, records, pages or whole folders are gone: named by verify, made again by the next run."""
    bench = bench_of(finished=True)
    if variant in SELECTIONS:
        names = chosen(bench, variant, chance)
        bench.note(files=names[:4])
        for name in names:
            os.unlink(bench.inside / name)
        check_named(bench, [name for name in names if is_promised(bench, name)], "P3")
    elif variant == "format":
        os.unlink(bench.store / "format.json")
        check_named(bench, ["artifacts/format.json"], "P3")
        # A run that was done already looks at the files of its receipt alone.
        bench.renas("run", codes=(0, 3), promise="P3")
        shutil.copy(bench.reference.template / "artifacts/format.json", bench.store)
    elif variant == "steps and receipts":
        shutil.rmtree(bench.store / "steps")
        shutil.rmtree(bench.store / "receipts")
        bench.renas("verify", codes=(0, 4), promise="P3")
    elif variant == "shards":
        for kind in ("objects", "steps"):
            for shard in chance.sample(sorted((bench.store / kind).iterdir()), 5):
                shutil.rmtree(shard)
        bench.renas("verify", codes=(4,), promise="P3")
    elif variant == "store":
        shutil.rmtree(bench.store)
        bench.renas("verify", codes=(0, 4), promise="P3")
    elif variant == "report":
        shutil.rmtree(bench.inside / "reports")
        bench.renas("verify", codes=(4,), promise="P3")
    else:
        os.unlink(bench.report / "SHA256SUMS")
        check_named(bench, ["SHA256SUMS"], "P3")
    if variant != "format":
        heal_first(bench, chance)
    bench.settle("P3")


@attack("swap", "P2", 4, ["objects", "steps", "forged record", "forged observation"])
def swap(bench_of, variant, chance):
    """Files under each other's names, and records with another result and a digest that fits it."""
    bench = bench_of(finished=True)
    kind = "objects" if variant == "objects" else "steps"
    names = chance.sample(store_files(bench, kind), 2)
    first, second = (bench.inside / name for name in names)
    if not variant.startswith("forged"):
        content = first.read_bytes(), second.read_bytes()
        first.write_bytes(content[1])
        second.write_bytes(content[0])
        check_named(bench, names, "P2")
        bench.settle("P2")
        return
    trials = [name for name in store_files(bench, kind) if b'"step":"train"' in (bench.inside / name).read_bytes()]
    path = bench.inside / chance.choice(trials)
    bench.note(record=path.name)
    intact = path.read_bytes()
    body = intact.rpartition(b',"digest":"')[0].decode()
    if variant == "forged record":
        body = re.sub(r'("test\.accuracy":)[0-9.e-]+', r"\g<1>0.123456", body)
    else:
        body = re.sub(r'("cpu_seconds":)[0-9.e-]+', r"\g<1>0.5", body)
    path.write_text(f'{body},"digest":"{hashlib.sha256(body.encode()).hexdigest()}"}}\n')
    if variant == "forged record":
        # Its name does not promise its result; lock file and receipt do.
        bench.renas("verify", codes=(4,), promise="P2")
        run = bench.renas("run", codes=(0, 3), promise="P2")
        if run.code == 0 and bench.report_differs() and "differ" not in run.err:
            raise Broken("P2", "a forged record changed the report, and the run did not say so beside the lock file")
    else:
        bench.renas("verify", codes=(0, 4), promise="P2")
    path.write_bytes(intact)
    bench.settle("P2")


LIMITED = {
    "limited file size": resource.RLIMIT_FSIZE,
    "few open files": resource.RLIMIT_NOFILE,
}


@attack(
    "disk",
    "P4",
    12,
    ["full store", "full store and reports", "full reports", "few inodes", "read-only store", "read-only reports"]
    + ["read-only in the middle", "full standard output", "full standard error", "full on a finished store", *LIMITED],
)
def disk(bench_of, variant, chance):
    """Full disks, read-only disks and limits: a message, exit code 2 or 3, and the next run completes."""
    bench = bench_of(finished=variant == "full on a finished store")
    if variant in LIMITED:
        most = chance.randint(100, 60_000) if variant == "limited file size" else chance.randint(4, 40)
        bench.note(limit=most)
        answer = bench.renas("run", limits={LIMITED[variant]: most}, codes=(0, 2, 3, 127), promise="P4")
        check_ended_well(bench, answer)
        bench.settle("P4")
        return
    if variant.startswith("full standard"):
        stream = "stdout" if variant.endswith("output") else "stderr"
        with open("/dev/full", "wb") as full:
            command = chance.choice([["run"], ["run", "-v"], ["run", "--json"]])
            bench.note(command=command)
            bench.finish(bench.start(*command, **{stream: full}), (0, 2, 3), "P4")
        for command in (["verify"], ["list"], ["plan"], ["status"], ["doctor"], ["numbers"]):
            with open("/dev/full", "wb") as full:
                bench.finish(bench.start(*command, **{stream: full}), (0, 2, 3, 4), "P4")
        bench.settle("P4")
        return
    places = {"--store": "small/artifacts", "--reports": "small/reports"}
    if variant in ("full reports", "read-only reports"):
        del places["--store"]
    elif variant not in ("full store and reports", "full on a finished store"):
        del places["--reports"]
    arguments = ["run", *(text for place in places.items() for text in place)]
    if variant == "few inodes":
        amount = chance.randint(3, 240)
        small = bench.mount(f"size=64m,nr_inodes={amount}")
    else:
        amount = chance.choice([8, 60, 200, 500, 900, 1500]) + chance.randint(0, 60)
        small = bench.mount(f"size={amount}k" if variant.startswith("full") else "size=64m")
    bench.note(amount=amount)
    if variant == "full on a finished store":
        shutil.rmtree(bench.report / "econas/figures")
        arguments = ["run", "--reports", "small/reports"]
    if variant in ("read-only store", "read-only reports"):
        bench.remount("ro")
    child = bench.start(*arguments)
    if variant == "read-only in the middle":
        time.sleep(some_time(bench.reference, chance, 0.9))
        # Open files for writing keep it from being so: it is tried until it works.
        while child.poll() is None and subprocess.run(["mount", "-o", "remount,ro", str(small)], capture_output=True).returncode:
            time.sleep(0.003)
    answer = bench.finish(child, (0, 2, 3), "P4")
    check_ended_well(bench, answer, small / "reports" if "--reports" in arguments else None)
    bench.remount("size=64m,nr_inodes=100k,rw")
    bench.renas(*arguments, codes=(0,), promise="P4")
    check_ended_well(bench, Answer("the next run", 0, "", ""), small / "reports" if "--reports" in arguments else None)
    bench.unmount()
    bench.settle("P4")


def check_ended_well(bench, answer, reports=None):
    """A run that ended with 0 gave the reference's bytes."""
    if answer.code == 0:
        wrong = difference(bench.reference.report, bytes_below(reports or bench.inside / "reports"))
        if wrong:
            raise Broken("P4", f"`{answer.command}` ended with 0 and wrong bytes: {wrong}")


@attack("many-coordinators", "P5", 5, ["plain", "killed", "damaged store", "different jobs", "beside readers", "locks"])
def many_coordinators(bench_of, variant, chance):
    """Eight coordinators on one store at once, some of them killed, on a damaged store, or beside commands that read."""
    bench = bench_of(finished=variant == "damaged store")
    if variant == "damaged store":
        lose_some(bench, chance)
    children = []
    for _ in range(COORDINATORS):
        jobs = chance.randint(1, 4) if variant == "different jobs" else 2
        children.append(bench.start("run", "--jobs", str(jobs), *(["--update-lock"] if variant == "locks" else [])))
    killed = chance.sample(children, 3) if variant == "killed" else []
    readers = []
    for child in killed:
        time.sleep(some_time(bench.reference, chance, 0.6))
        send(child.pid, signal.SIGKILL)
    if variant == "beside readers":
        for command in ("status", "list", "plan", "verify", "numbers") * 2:
            readers.append(bench.start(command))
            time.sleep(0.05)
    for child in children:
        if child in killed:
            bench.finish(child)
        else:
            bench.finish(child, (0,), "P5", patience=PATIENCE * 2)
    for child in readers:
        bench.finish(child, (0, 2, 3, 4), "P5")
    wrong = bench.report_differs()
    if wrong:
        raise Broken("P5", f"eight coordinators gave another report: {wrong}")
    if variant in ("plain", "different jobs", "locks"):
        runs = [json.loads(path.read_text()) for path in (bench.store / "runs").iterdir()]
        computed = sum(run["trials_computed"] for run in runs)
        if computed != bench.reference.trials or len(runs) != COORDINATORS:
            raise Broken("P5", f"{len(runs)} runs trained {computed} trials, of which there are {bench.reference.trials}")
    bench.settle("P5")


# ---------------------------------------------------------------------------------------------------------------- signals

ENDING = {"SIGTERM": signal.SIGTERM, "SIGINT": signal.SIGINT, "SIGHUP": signal.SIGHUP, "SIGQUIT": signal.SIGQUIT}


@attack(
    "signals",
    "P8",
    14,
    [*ENDING, "SIGINT twice", "SIGINT then SIGKILL", "stopped coordinator", "stopped workers", "stopped and interrupted"]
    + ["stopped for ever", "stopped workers, killed coordinator", "closed output", "closed error", "closed both", "storm"],
)
def signals(bench_of, variant, chance):
    """Signals at random times, and output that nobody reads any more."""
    bench = bench_of(finished=False)
    if variant.startswith("closed"):
        closed_streams(bench, variant, chance)
    else:
        command = chance.choice([["run"], ["run", "-v"], ["run", "--jobs", "1"], ["run", "--update-lock"]])
        wait = some_time(bench.reference, chance)
        bench.note(command=command, wait=round(wait, 4))
        child = bench.start(*command)
        time.sleep(wait)
        send_signals(bench, child, variant, chance)
    bench.settle("P8", kept=bench.kept_trials())


def send_signals(bench, child, variant, chance):
    endings = (0, 130, 143, -2, -15)
    if variant in ENDING:
        send(child.pid, ENDING[variant])
        expected = endings if variant in ("SIGTERM", "SIGINT") else None
        bench.finish(child, expected, "P8")
    elif variant == "SIGINT twice":
        for _ in range(2):
            send(child.pid, signal.SIGINT)
            time.sleep(chance.random() * 0.05)
        bench.finish(child, endings, "P8")
    elif variant == "SIGINT then SIGKILL":
        send(child.pid, signal.SIGINT)
        time.sleep(chance.random() * 0.02)
        send(child.pid, signal.SIGKILL)
        bench.finish(child)
    elif variant == "stopped coordinator":
        send(child.pid, signal.SIGSTOP)
        time.sleep(chance.random() * 2)
        send(child.pid, signal.SIGCONT)
        bench.finish(child, (0,), "P8")
    elif variant == "storm":
        for _ in range(30):
            for process in [child.pid] * 3 + bench.workers():
                send(process, chance.choice([signal.SIGSTOP, signal.SIGCONT, signal.SIGCONT, signal.SIGCHLD, signal.SIGWINCH]))
            time.sleep(0.01)
        for process in [child.pid] + bench.workers():
            send(process, signal.SIGCONT)
        bench.finish(child, (0,), "P8")
    else:
        stop_workers(bench, child, variant, chance)


def stop_workers(bench, child, variant, chance):
    stopped = bench.workers()
    bench.note(stopped=len(stopped))
    for worker in stopped:
        send(worker, signal.SIGSTOP)
    if variant == "stopped workers":
        time.sleep(chance.random() * 2)
        for worker in stopped:
            send(worker, signal.SIGCONT)
        bench.finish(child, (0, 3), "P8")
    elif variant == "stopped and interrupted":
        time.sleep(chance.random() * 0.2)
        send(child.pid, chance.choice([signal.SIGINT, signal.SIGTERM]))
        bench.finish(child, (0, 130), "P8")
    elif variant == "stopped for ever":
        # A worker that says nothing is replaced after five minutes (tests/faults/hangs.rs); until then Ctrl-C ends the run.
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            send(child.pid, signal.SIGINT)
        bench.finish(child, (0, 3, 130), "P8")
        for worker in stopped:
            send(worker, signal.SIGCONT)
    else:
        send(child.pid, signal.SIGKILL)
        bench.finish(child)
        time.sleep(0.1)
        for worker in stopped:
            send(worker, signal.SIGCONT)


CHATTY = [["run"], ["run", "-v"], ["run", "--json"], ["list"], ["plan", "-v"], ["status"], ["verify"], ["doctor"], ["--help"]]
CHATTY += [["report"], ["numbers", "econas"], ["why", "no-trade-off"], ["data", "list"], ["run", "--help"], ["plan", "--json"]]


def closed_streams(bench, variant, chance):
    """The reader of a pipe goes away before the command writes, or soon after."""
    for command in chance.sample(CHATTY, 6) + [["run", "-v"]]:
        streams, ends = {}, []
        for name in ("stdout", "stderr"):
            if variant in (f"closed {'output' if name == 'stdout' else 'error'}", "closed both"):
                read, write = os.pipe()
                streams[name] = write
                ends.append((read, write))
        at_once = chance.random() < 0.5
        if at_once:
            for read, _ in ends:
                os.close(read)
        child = bench.start(*command, **streams)
        for read, write in ends:
            os.close(write)
            if not at_once:
                time.sleep(chance.random() * 0.05)
                os.close(read)
        # 141 and -13 are how programs end that wrote to nobody.
        bench.finish(child, (0, 1, 2, 3, 4, 141, -13), "P8")


# ---------------------------------------------------------------------------------------------------------- hostile files

PLACES = ["directory", "fifo", "dangling link", "link to itself", "endless link", "empty link", "socket", "link to a copy"]
CONTENTS = ["empty", "cut off", "flipped bit", "many flipped bits", "garbage", "twice", "deeply nested", "zero bytes"]
CONTENTS += ["64 MB of blanks", "other line ends", "byte order mark", "a part is gone"]
NUMBERS = ["-1", "0", "1e308", "-0.0", "18446744073709551615", "9223372036854775808", ".nan", ".inf", "1e-320", "null", "[]"]
MISCHIEF = {
    "manifest": ["extreme numbers", "laughing anchors", "shuffled lines", "a line twice"],
    "numbers": ["extreme numbers", "laughing anchors"],
    "evidence": ["bomb of zeros", "bomb of lines", "bomb of records", "plain text", "raw garbage", "raw deep json", "no frame"]
    + ["giant window", "skippable frames", "promised size"],
    "sums": ["outside paths", "absolute paths", "other digests", "odd lines", "other experiment", "nothing promised"],
    "lock": ["extreme numbers", "other digests", "other types", "outside paths"],
    "receipt": ["other types", "outside paths"],
    "record": ["other types", "extreme numbers"],
    "object": ["giant header"],
    "format": ["extreme numbers", "other types"],
    "page": [],
    "run record": ["extreme numbers", "other types"],
    "machine lock": [],
    "gate": [],
}
KINDS = {name: PLACES + CONTENTS + own for name, own in MISCHIEF.items()}
KINDS["machine lock"] = KINDS["gate"] = PLACES


def zstd_frame(blocks, header=b"\x00\x58"):
    """A zstd frame of (type, size, bytes) blocks: type 0 is raw, 1 repeats one byte."""
    parts = [b"\x28\xb5\x2f\xfd", header]
    for index, (kind, size, content) in enumerate(blocks):
        last = index == len(blocks) - 1
        parts += [((size << 3) | (kind << 1) | last).to_bytes(3, "little"), content]
    return b"".join(parts)


def raw_zstd(content):
    """Uncompressed content as a zstd frame."""
    size = 100_000
    return zstd_frame([(0, len(part), part) for part in (content[at : at + size] for at in range(0, len(content), size))])


def evil_evidence(bench, kind, chance):
    block = 128 << 10
    if kind.startswith("bomb"):
        head = []
        if kind == "bomb of records":
            trial = next(p for p in sorted((bench.store / "steps").glob("??/*.json")) if b'"step":"train"' in p.read_bytes())
            text = trial.read_bytes()
            head = [(0, len(text), text)]
        return zstd_frame(head + [(1, block, b"\n" if kind == "bomb of lines" else b"\0")] * 25_000)
    return {
        "plain text": lambda: b'{"format":1}\n',
        "raw garbage": lambda: raw_zstd(chance.randbytes(5000) if hasattr(chance, "randbytes") else os.urandom(5000)),
        "raw deep json": lambda: raw_zstd(b"[" * 300_000 + b"\n"),
        "no frame": lambda: b"\x28\xb5\x2f\xfd",
        "giant window": lambda: zstd_frame([(1, 1000, b"x")], b"\x00\xf8"),
        "skippable frames": lambda: (b"\x50\x2a\x4d\x18" + (8).to_bytes(4, "little") + b"renasren") * 1000,
        "promised size": lambda: zstd_frame([(1, 10, b"x")], b"\xe0" + (2**63).to_bytes(8, "little")),
    }[kind]()


def laughing_anchors():
    lines = ["a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    return "\n".join(lines).encode() + b"\n"


def with_extreme_numbers(content, chance, amount=1):
    text = content.decode()
    for _ in range(amount):
        places = list(re.finditer(r"(?<![\w.\"])\d+(\.\d+)?(?![\w.\"])", text))
        if not places:
            break
        place = chance.choice(places)
        text = text[: place.start()] + chance.choice(NUMBERS) + text[place.end() :]
    return text.encode()


def of_other_type(content, chance):
    """JSON with one value, anywhere, replaced by one of another type."""
    text = content.decode()
    line, _, rest = text.partition("\n") if not text.startswith("{") else ("", "", text)
    value = json.loads(rest)
    place = value
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = chance.choice(keys)
        if not isinstance(place[key], (dict, list)) or not place[key] or chance.random() < 0.3:
            place[key] = chance.choice([None, True, -1, "x" * 1000, [], {}, [[]], 1e300, "\0", ""])
            break
        place = place[key]
    body = json.dumps(value)
    return (f"{hashlib.sha256(body.encode()).hexdigest()}\n{body}" if line else body).encode()


def evil_sums(bench, kind, content, chance):
    victim = bench.root / "outside/victim.txt"
    digest = hashlib.sha256(victim.read_bytes()).hexdigest()
    inside = [f"{'../' * up}outside/{name}" for up in range(1, 6) for name in ("victim.txt", "folder/victim.txt")]
    lines = content.decode().splitlines()
    if kind == "outside paths":
        lines += [f"{digest}  {name}" for name in inside] + [f"{digest}  econas/{name}" for name in inside]
    elif kind == "absolute paths":
        lines += [f"{digest}  {victim}", f"{digest}  /etc/hostname", f"{digest}  /dev/zero"]
    elif kind == "other digests":
        lines = [re.sub(r"^\w{64}", hashlib.sha256(line.encode()).hexdigest(), line) for line in lines]
    elif kind == "odd lines":
        lines = [line.replace("  ", chance.choice([" ", " *", "\t", "   ", "  ./", "  \\n"])) for line in lines]
    elif kind == "other experiment":
        lines = [line.replace("econas/", "popnas/") for line in lines]
    elif kind == "nothing promised":
        lines = ["", "#", " "]
    chance.shuffle(lines)
    return ("\n".join(lines) + "\n").encode()


def evil_content(bench, target, kind, content, chance):
    """What the attacked file holds instead."""
    if target == "evidence" and kind in MISCHIEF["evidence"]:
        return evil_evidence(bench, kind, chance)
    if target == "sums" and kind in MISCHIEF["sums"]:
        return evil_sums(bench, kind, content, chance)
    lines = content.split(b"\n")
    begin = chance.randrange(len(content))
    return {
        "empty": lambda: b"",
        "cut off": lambda: content[:begin],
        "flipped bit": lambda: altered(content, chance),
        "many flipped bits": lambda: bytes(byte ^ (chance.random() < 0.01) << chance.randrange(8) for byte in content),
        "garbage": lambda: bytes(chance.randrange(256) for _ in range(3000)),
        "twice": lambda: content + content,
        "deeply nested": lambda: b"[" * 200_000,
        "zero bytes": lambda: b"\0" * len(content),
        "64 MB of blanks": lambda: b" " * (64 << 20),
        "other line ends": lambda: content.replace(b"\n", b"\r\n"),
        "byte order mark": lambda: b"\xef\xbb\xbf" + content,
        "a part is gone": lambda: content[:begin] + content[begin + chance.randint(1, 200) :],
        "extreme numbers": lambda: with_extreme_numbers(content, chance, chance.choice([1, 1, 5])),
        "laughing anchors": lambda: content + laughing_anchors(),
        "shuffled lines": lambda: b"\n".join(chance.sample(lines, len(lines))),
        "a line twice": lambda: b"\n".join(lines[: (at := chance.randrange(len(lines)))] + [lines[at]] + lines[at:]),
        "other digests": lambda: re.sub(rb"[0-9a-f]{64}", lambda m: m.group(0)[::-1] if chance.random() < 0.3 else m.group(0), content),
        "outside paths": lambda: content.replace(b"artifacts/", b"../outside/").replace(b'"reports', b'"../outside'),
        "other types": lambda: of_other_type(content, chance),
        "giant header": lambda: (2**63 - 1).to_bytes(8, "little") + content[8:],
    }[kind]()


def put(bench, path, target, kind, content, chance):
    """Put something hostile in a file's place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        path.unlink()
    links = {"dangling link": "nowhere", "link to itself": path.name, "endless link": "/dev/zero", "empty link": "/dev/null"}
    if kind == "directory":
        path.mkdir()
        (path / "file").write_text("x")
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind in links:
        path.symlink_to(links[kind])
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as bound:
            here = os.getcwd()
            os.chdir(path.parent)  # names of sockets are short
            bound.bind(path.name[:60])
            os.chdir(here)
        if not os.path.lexists(path):
            os.rename(path.parent / path.name[:60], path)
    elif kind == "link to a copy":
        copy = bench.root / "copied"
        copy.write_bytes(content)
        path.symlink_to(copy)
    else:
        path.write_bytes(evil_content(bench, target, kind, content, chance))


def take_away(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif os.path.lexists(path):
        path.unlink()


def target_of(bench, target, chance):
    """The file that is attacked."""
    trials = [name for name in store_files(bench, "steps") if b'"step":"train"' in (bench.inside / name).read_bytes()]
    places = {
        "manifest": lambda: bench.manifest / chance.choice(sorted(bench.reference.manifest)),
        "numbers": lambda: bench.inside / "experiments/numbers/econas.yaml",
        "evidence": lambda: bench.evidence,
        "sums": lambda: bench.report / "SHA256SUMS",
        "lock": lambda: bench.lock,
        "receipt": lambda: bench.inside / store_files(bench, "receipts")[0],
        "record": lambda: bench.inside / chance.choice(chance.choice([trials, store_files(bench, "steps")])),
        "object": lambda: bench.inside / chance.choice(store_files(bench, "objects")),
        "format": lambda: bench.store / "format.json",
        "page": lambda: bench.inside / chance.choice(pages(bench)),
        "run record": lambda: bench.inside / store_files(bench, "runs")[0],
        "machine lock": lambda: bench.machine / f"renas-timing-{chance.choice(['gate', 'floor'])}.lock",
        "gate": lambda: bench.store / "tmp/gate",
    }
    return places[target]()


READING = [["plan"], ["list"], ["status"], ["numbers"], ["numbers", "econas"], ["why", "no-trade-off"], ["plan", "--json"]]
# Where `renas verify` must not end with 0, unless what is read is the same.
JUDGED = {"evidence", "sums", "record", "object", "format", "page"}


def hostile(bench_of, target, kind, chance):
    bench = bench_of(finished=True)
    path = target_of(bench, target, chance)
    if target == "numbers":
        path.parent.mkdir()
        shutil.copy(REPOSITORY / "experiments/numbers/econas.yaml", path)
    content = path.read_bytes() if path.exists() else b"content"
    bench.note(file=str(path.relative_to(bench.root)))
    put(bench, path, target, kind, content, chance)
    if path.is_file() and not path.is_symlink():
        shutil.copy(path, bench.root / "hostile-file")
        same = path.read_bytes() == content
    else:
        same = kind == "link to a copy"
    limits = {resource.RLIMIT_AS: MEMORY}
    changes_report = target == "manifest"
    commands = [["verify"], chance.choice([["report"], ["run", "--only", "econas/table/*"]]), *chance.sample(READING, 2), ["run"]]
    if target == "manifest" and kind == "extreme numbers":
        # Such a manifest may ask, soundly, for more work than there is time.
        commands = [["plan"], ["plan", "-v"], ["verify"], ["report"], ["list"]]
    if target in ("machine lock", "gate"):
        take_away(bench.store / "steps")
        (bench.store / "steps").mkdir()
    for command in commands:
        answer = bench.renas(*command, codes=(0, 2, 3, 4), promise="P7", limits=limits)
        if command == ["verify"] and answer.code == 0 and target in JUDGED and not same:
            raise Broken("P2", f"verify ends with 0 where {path.relative_to(bench.inside)} holds something else")
        writes = command[0] == "report" or command == ["run"]
        if writes and answer.code == 0 and not changes_report and bench.report_differs() and kind != "link to a copy":
            raise Broken("P7", f"`{answer.command}` ended with 0 and wrong bytes: {bench.report_differs()}")
        bench.check_surroundings()
    # Whoever cleans up takes the hostile thing away, and puts back what only people can.
    if not path.is_file() or path.is_symlink() or target in ("manifest", "lock", "format", "sums", "evidence", "gate", "machine lock"):
        take_away(path)
        if target in ("manifest", "lock", "format", "sums", "evidence"):
            path.write_bytes(content)
    if target == "numbers":
        shutil.rmtree(path.parent)
    # Parts of the report that an altered manifest or sums left behind are removed by whoever sees them.
    bench.settle("P7")


def register_hostile(target):
    def function(bench_of, variant, chance):
        hostile(bench_of, target, variant, chance)

    function.__doc__ = f"Something hostile in the place of the {target}: garbage, links, pipes, bombs, odd content."
    weight = {"manifest": 10, "evidence": 12, "sums": 7, "lock": 9}.get(target, 4)
    attack(f"hostile-{target.replace(' ', '-')}", "P7", weight, KINDS[target])(function)


for each_target in MISCHIEF:
    register_hostile(each_target)

ODD_VALUES = ["", "0", "-1", "1", "3", "64", "99999999999999999999", "nan", "../../outside", "/dev/null", "/dev/zero", "\n", "ä" * 300]
ODD_VALUES += ["--", "*", "econas", "econas/*", "econas/**", "popnas", "quick", "paper", "reduced", "cuda:0", "cuda:256", "x" * 100_000]
ODD_FLAGS = ["--profile", "--only", "--jobs", "--device", "--store", "--data", "--experiments", "--reports", "--numerics"]
ODD_FLAGS += ["--sample", "--color", "--strict", "--json", "--rerun", "--heal", "--nonsense", "-v", "-q", "--update-lock"]


@attack("odd-arguments", "P7", 6, ["run", "report", "verify", "plan", "status", "why", "list", "numbers", "data list", "data verify", "doctor"])
def odd_arguments(bench_of, variant, chance):
    """Commands with flags and values that make little sense, bytes that are no text among them."""
    bench = bench_of(finished=True)
    for _ in range(6):
        arguments = variant.split()
        for flag in chance.sample(ODD_FLAGS, chance.randint(1, 2)):
            arguments.append(flag)
            if flag not in ("--strict", "--json", "--rerun", "--heal", "--nonsense", "-v", "-q", "--update-lock") or chance.random() < 0.1:
                arguments.append(chance.choice(ODD_VALUES))
        if chance.random() < 0.1:
            arguments.append(os.fsdecode(b"\xff\xfe"))
        bench.note(arguments=[argument[:60] for argument in arguments])
        bench.renas(*arguments, limits={resource.RLIMIT_AS: 2 * MEMORY}, codes=(0, 1, 2, 3, 4), promise="P7")
        bench.check_surroundings()
    # Flags such as --numerics or --update-lock give other results by design.
    for folder in ("reports", "artifacts"):
        take_away(bench.inside / folder)
    bench.restore_lock()
    bench.settle("P7")


# ------------------------------------------------------------------------------------------------------- files of the user

USER_NAMES = ["notes.txt", "quick/notes.txt", "quick/econas/mine.md", "quick/econas/figures/mine.svg", "quick/a/b/c/deep.txt"]
USER_NAMES += ["quick/with space.txt", "quick/.hidden", "quick/zeilen\numbruch.txt", "quick/ä-日本.txt", "quick/econas/outcomes.bak"]
USER_NAMES += ["quick/econas.md", "quick/SHA256SUMS.old", "quick/econas/tables/table1.csv.orig", "reduced/mine.txt"]
USER_NAMES += [os.fsdecode(b"quick/no-text-\xff.bin")]


@attack("user-files", "P9", 8, ["beside", "in a page's place", "linked page", "linked folder", "linked sums", "linked profile", "other claims"])
def user_files(bench_of, variant, chance):
    """Files and links of the user in the reports folder, while reports are written, removed, killed and rebuilt."""
    if variant in ("in a page's place", "linked page", "linked folder", "linked profile", "linked sums"):
        return in_the_way(bench_of, variant, chance)
    bench = bench_of(finished=chance.random() < 0.5)
    for name in chance.sample(USER_NAMES, chance.randint(1, 6)):
        path = bench.inside / "reports" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(chance.choice([0, 10, 3000])))
        bench.user_files[name] = path.read_bytes()
    bench.note(files=list(bench.user_files))
    if variant == "other claims":
        changed = bench.reference.manifest["experiment.yaml"]
        for old, new in ((b"resamples: 100", b"resamples: %d" % chance.randint(101, 300)), (b"population: 8", b"population: 7")):
            assert changed.count(old) == 1, old
            changed = changed.replace(old, new)
        (bench.manifest / "experiment.yaml").write_bytes(changed)
    for _ in range(chance.randint(2, 4)):
        command = chance.choice([["run"], ["run"], ["report"], ["verify"], ["verify", "--heal"]])
        child = bench.start(*command)
        if chance.random() < 0.4:
            time.sleep(some_time(bench.reference, chance))
            send(child.pid, chance.choice([signal.SIGKILL, signal.SIGINT]))
            bench.finish(child)
        else:
            bench.finish(child, (0, 2, 3, 4), "P9")
        bench.check_user_files()
        if chance.random() < 0.3:
            take_away(bench.store)
    bench.restore_manifest()
    bench.settle("P9")


def in_the_way(bench_of, variant, chance):
    """What stands where the report's files would: refused, and left alone."""
    bench = bench_of(finished=False)
    names = [name for name in bench.reference.report if name.startswith("quick/econas/")]
    path = bench.inside / "reports" / chance.choice(names)
    outside = bench.root / "outside"
    if variant == "in a page's place":
        path.parent.mkdir(parents=True)
        path.write_text("the user's own words\n")
    elif variant == "linked page":
        path.parent.mkdir(parents=True)
        path.symlink_to(outside / "victim.txt")
    elif variant == "linked sums":
        path = bench.report / "SHA256SUMS"
        path.parent.mkdir(parents=True)
        path.symlink_to(outside / "victim.txt")
    else:
        path = bench.report if variant == "linked profile" else path.parent
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(outside / "folder")
    bench.note(place=str(path.relative_to(bench.inside)))
    before = bytes_below(bench.inside / "reports")
    answer = bench.renas("run", codes=(0, 2, 3), promise="P9")
    bench.check_surroundings()
    after = bytes_below(bench.inside / "reports")
    lost = difference(before, {name: after[name] for name in after if name in before})
    if lost:
        raise Broken("P9", f"what stood in the way: {lost}")
    if answer.code == 0:
        raise Broken("P9", f"`run` ends with 0, although {path.relative_to(bench.inside)} stands in its way")
    take_away(path)
    bench.settle("P9", kept=bench.kept_trials())


# ---------------------------------------------------------------------------------------------------- misbehaving workers

MODES = {}


class Mode:
    """A way to misbehave: when, how, and whether it is a lie that could be true."""

    def __init__(self, stage, function, believable, silent):
        self.stage, self.function, self.believable, self.silent = stage, function, believable, silent


def mode(name, stage, believable=False, silent=False):
    def register(function):
        MODES[name] = Mode(stage, function, believable, silent)
        return function

    return register


class FalseWorker:
    """Stands between renas and a real worker, and misbehaves at the starts or requests that its settings name."""

    def __init__(self, settings, arguments):
        self.settings = json.loads(Path(settings).read_text())
        self.memory = Path(settings).parent
        self.mode = MODES[self.settings["mode"]]
        self.chance = random.Random(f"{self.settings['seed']}:{self.count('starts')}")
        self.arguments = arguments
        self.output = os.fdopen(os.dup(1), "wb", buffering=0)
        self.previous = None

    def count(self, what):
        """How often that was done before, by any worker of the run."""
        with open(self.memory / what, "ab", buffering=0) as log:
            log.write(b".")
            return log.tell() - 1

    def is_due(self, what):
        number = self.count(what) - self.settings["first"]
        return 0 <= number < self.settings["times"]

    def say(self, line):
        self.output.write(line)

    def work(self):
        due = self.is_due("hellos") if self.mode.stage in ("start", "hello") else False
        if due and self.mode.stage == "start":
            self.mode.function(self)
        self.real = subprocess.Popen([self.settings["real"], *self.arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        hello = self.real.stdout.readline()
        if due and self.mode.stage == "hello":
            hello = self.mode.function(self, json.loads(hello), hello)
        self.say(hello)
        for line in sys.stdin.buffer:
            self.answer(line)
        self.real.stdin.close()

    def answer(self, line):
        request = json.loads(line)
        due = self.is_due("requests") if self.mode.stage in ("request", "reply", "late") else False
        if due and self.mode.stage == "request":
            self.mode.function(self, request)
        self.real.stdin.write(line)
        self.real.stdin.flush()
        reply = self.real.stdout.readline()
        while reply.startswith(b'{"reply":"alive"'):
            self.say(reply)
            reply = self.real.stdout.readline()
        held = None
        if due and self.mode.stage == "reply":
            reply = self.mode.function(self, request, reply)
        elif due and self.mode.stage == "late":
            held = open(Path(request["out"]) / "weights.safetensors", "r+b", buffering=0)
        self.previous = (request, reply)
        self.say(reply)
        if held:
            self.mode.function(self, held)

    def die(self, status=1):
        """End, and the real worker too."""
        if getattr(self, "real", None):
            self.real.kill()
        os._exit(status)

    def be_killed(self, number=signal.SIGKILL):
        if getattr(self, "real", None):
            self.real.kill()
        os.kill(os.getpid(), number)
        time.sleep(5)


def say_and_leave(name, stage, line):
    @mode(name, stage)
    def function(worker, *_):
        worker.say(line() if callable(line) else line)
        worker.die(0)


def edit_hello(name, **changes):
    @mode(name, "hello")
    def function(worker, hello, _):
        hello.update(changes)
        return json.dumps({key: value for key, value in hello.items() if value is not None}).encode() + b"\n"


def edit_reply(name, change, believable=False):
    """A mode that changes the JSON of a reply; `change` is given the reply, the outcome, the folder of files, and the worker."""

    @mode(name, "reply", believable)
    def function(worker, request, line):
        reply = json.loads(line)
        change(reply, reply["outcome"], Path(request["out"]), worker)
        return json.dumps(reply).encode() + b"\n"


def edit_text(name, change, believable=False):
    """A mode that changes the bytes of a reply."""

    @mode(name, "reply", believable)
    def function(worker, _, line):
        return change(line, worker.chance)


# Before the first word.
mode("dies before hello", "start")(lambda worker: worker.die(worker.chance.choice([1, 2, 3, 101, 126, 127, 255])))
mode("killed before hello", "start")(lambda worker: worker.be_killed(worker.chance.choice([9, 11, 6, 15, 4, 7])))
mode("ends before hello", "start")(lambda worker: worker.die(0))
mode("says nothing", "start", silent=True)(lambda worker: time.sleep(600))
mode("closes output at start", "start")(lambda worker: (os.close(1), worker.output.close(), time.sleep(600)))
say_and_leave("half a hello", "start", b'{"worker":"0.1.0","libtorch":"2.')
say_and_leave("hello without line end", "start", b"{}")
say_and_leave("garbage for hello", "start", bytes(range(256)) * 10 + b"\n")
say_and_leave("text for hello", "start", b"Segmentation fault, perhaps?\n")
say_and_leave("empty line first", "start", b"\n")
say_and_leave("endless hello", "start", lambda: b"x" * (70 << 20))
say_and_leave("deep hello", "start", b"[" * 500_000 + b"\n")
mode("hello twice", "hello")(lambda worker, _, line: line + line)
mode("hello in parts", "hello")(lambda worker, _, line: [worker.say(line[:50]), time.sleep(0.2), line[50:]][-1])
edit_hello("other libtorch", libtorch="2.10.0")
edit_hello("other numerics", numerics="avx2")
edit_hello("other device", device="cuda")
edit_hello("other version", worker="99.0.0")
edit_hello("other fingerprint", fingerprint=hashlib.sha256(b"another machine").hexdigest())
edit_hello("malformed fingerprint", fingerprint="none")
edit_hello("unknown field in hello", surprise=2)
edit_hello("other protocol", protocol=99)
edit_hello("first protocol", protocol=None)
edit_hello("missing field in hello", libtorch=None)
edit_hello("odd details", details={"x\n\u001b[31m": "\0" * 1000})

# Instead of an answer.
mode("dies on a request", "request")(lambda worker, _: worker.die(worker.chance.choice([1, 2, 3, 101, 126, 127, 134, 255])))
mode("ends on a request", "request")(lambda worker, _: worker.die(0))
mode("killed on a request", "request")(lambda worker, _: worker.be_killed(worker.chance.choice([9, 11, 6, 15, 8])))
mode("never answers", "request", silent=True)(lambda worker, _: time.sleep(600))
mode("slow", "request")(lambda worker, _: time.sleep(0.3))
mode("chatters on standard error", "request")(lambda worker, _: os.write(2, b"\xff\x1b[2Jthe end is near\n" * 50_000) and None)
mode("closes output", "request")(lambda worker, _: (os.close(1), worker.output.close(), time.sleep(600)))
mode("removes its folder", "request")(lambda worker, request: shutil.rmtree(request["out"]))
mode("litters its folder", "request")(
    lambda worker, request: [
        (Path(request["out"]) / name).mkdir() for name in ("extra", "a" * 200, ".hidden", "deep")
    ]
)


def say_alive(worker, number, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        worker.say(b'{"reply":"alive","number":%d}\n' % number)
        time.sleep(0.01)


mode("alive for ever", "request", silent=True)(lambda worker, request: say_alive(worker, request["number"], 600))
mode("alive very often", "request")(lambda worker, request: say_alive(worker, request["number"], 0.1))
mode("alive for another request", "request")(lambda worker, request: say_alive(worker, request["number"] + 1, 0.1))


@mode("half a file, then killed", "request")
def half_a_file(worker, request):
    (Path(request["out"]) / "weights.safetensors").write_bytes(b"half of the wei")
    worker.be_killed()


@mode("dies while a child holds its pipes", "request")
def child_holds_pipes(worker, _):
    subprocess.Popen(["sleep", "300"], stdin=subprocess.DEVNULL)
    worker.die(1)


@mode("closes its input", "hello")
def closes_its_input(worker, _, line):
    os.close(0)
    worker.say(line)
    time.sleep(600)


# Answers of other form.
@mode("killed in the middle of an answer", "reply")
def killed_in_answer(worker, _, line):
    worker.say(line[: worker.chance.randrange(1, len(line))])
    worker.be_killed()


@mode("ends in the middle of an answer", "reply")
def ends_in_answer(worker, _, line):
    worker.say(line[: worker.chance.randrange(1, len(line))])
    worker.die(0)


@mode("a byte at a time", "reply")
def byte_at_a_time(worker, _, line):
    for place in range(0, min(len(line) - 1, 400)):
        worker.say(line[place : place + 1])
    return line[min(len(line) - 1, 400) :]


@mode("ends after each answer", "reply")
def ends_after_answer(worker, _, line):
    worker.say(line)
    worker.die(0)


@mode("answers twice", "reply")
def answers_twice(worker, _, line):
    return line + line


@mode("answers before it is asked", "hello")
def answers_unasked(worker, _, line):
    return line + b'{"reply":"failed","number":1,"message":"too early"}\n'


edit_text("cut off answer", lambda line, chance: line[: chance.randrange(1, len(line))] + b"\n")
edit_text("empty answer", lambda line, chance: b"\n")
edit_text("garbage answer", lambda line, chance: bytes(chance.randrange(256) for _ in range(3000)) + b"\n")
edit_text("endless answer", lambda line, chance: b" " * (70 << 20) + line)
edit_text("deep answer", lambda line, chance: b'{"reply":' + b"[" * 500_000 + b"\n")
edit_text("byte order mark", lambda line, chance: b"\xef\xbb\xbf" + line)
edit_text("blanks around", lambda line, chance: b"  " + line[:-1] + b" \r\n")
edit_text("a key twice", lambda line, chance: line.replace(b'"number":', b'"number":1,"number":', 1))
edit_text("unknown field", lambda line, chance: line.replace(b"{", b'{"extra":1,', 1))
edit_text("words before the answer", lambda line, chance: b"warning: CPU is hot\n" + line)
edit_text("one byte altered", lambda line, chance: altered(line[:-1], chance) + b"\n", believable=True)
edit_text("not a number", lambda line, chance: re.sub(rb'("test.accuracy":)[^,}]+', rb"\1NaN", line))
edit_text("infinite", lambda line, chance: re.sub(rb'("test.loss":)[^,}]+', rb"\g<1>1e999", line))
edit_text("null for a number", lambda line, chance: re.sub(rb'("test.loss":)[^,}]+', rb"\1null", line))
edit_text("says failed", lambda line, chance: b'{"reply":"failed","number":%s,"message":"no such layer"}\n' % re.search(rb'"number":(\d+)', line)[1])
edit_text("says failed at length", lambda line, chance: b'{"reply":"failed","number":%s,"message":"%s"}\n' % (re.search(rb'"number":(\d+)', line)[1], b"\\u001b[2J\\u0000x" * 100_000))

# Answers of other content.
edit_reply("next number", lambda reply, outcome, out, worker: reply.update(number=reply["number"] + 1))
edit_reply("last number", lambda reply, outcome, out, worker: reply.update(number=reply["number"] - 1))
edit_reply("odd number", lambda reply, outcome, out, worker: reply.update(number=worker.chance.choice([0, -1, "1", None, 1.5, 2**64])))
edit_reply("other reply", lambda reply, outcome, out, worker: reply.update(reply=worker.chance.choice(["ready", None, 5, ""])))
edit_reply("accuracy above one", lambda reply, outcome, out, worker: outcome["scalars"].update({"test.accuracy": 17}))
edit_reply("negative loss", lambda reply, outcome, out, worker: outcome["scalars"].update({"test.loss": -0.5}))
edit_reply("missing scalar", lambda reply, outcome, out, worker: outcome["scalars"].pop("test.loss"))
edit_reply("no scalars", lambda reply, outcome, out, worker: outcome["scalars"].clear())
edit_reply("extra scalar", lambda reply, outcome, out, worker: outcome["scalars"].update(extra=1.0))
edit_reply("scalars of another type", lambda reply, outcome, out, worker: outcome.update(scalars=[1, 2]))
edit_reply("missing curve", lambda reply, outcome, out, worker: outcome["curves"].clear())
edit_reply("extra curve", lambda reply, outcome, out, worker: outcome["curves"].update(extra=[1.0]))
edit_reply("longer curve", lambda reply, outcome, out, worker: outcome["curves"]["train.loss"].append(0.5))
edit_reply("empty curve", lambda reply, outcome, out, worker: outcome["curves"]["train.loss"].clear())
edit_reply("million points", lambda reply, outcome, out, worker: outcome["curves"].update({"train.loss": [0.5] * 1_000_000}))
edit_reply("negative seconds", lambda reply, outcome, out, worker: reply.update(cpu_seconds=-1.0))
edit_reply("giant seconds", lambda reply, outcome, out, worker: reply.update(cpu_seconds=1e300))
edit_reply("other ending", lambda reply, outcome, out, worker: outcome.update(ending={"how": "exploded"}))
edit_reply("diverged with scalars", lambda reply, outcome, out, worker: outcome.update(ending={"how": "diverged", "step": 3}))
edit_reply("wrong digest", lambda reply, outcome, out, worker: outcome["tensors"].update(weights=hashlib.sha256(b"").hexdigest()))
edit_reply("malformed digest", lambda reply, outcome, out, worker: outcome["tensors"].update(weights="../../../outside/victim.txt"))
edit_reply("missing tensor", lambda reply, outcome, out, worker: outcome["tensors"].pop("weights"))
edit_reply("no tensors", lambda reply, outcome, out, worker: outcome["tensors"].clear())
edit_reply("extra tensor", lambda reply, outcome, out, worker: outcome["tensors"].update({"../../victim": hashlib.sha256(b"").hexdigest()}))
edit_reply("missing file", lambda reply, outcome, out, worker: (out / "weights.safetensors").unlink())
edit_reply("all files missing", lambda reply, outcome, out, worker: shutil.rmtree(out))
edit_reply("extra file", lambda reply, outcome, out, worker: (out / "more.safetensors").write_bytes(b"x" * 100_000))


def some_tensor(outcome, chance):
    return chance.choice(sorted(outcome["tensors"]))


def replace_file(make):
    def change(reply, outcome, out, worker):
        path = out / f"{some_tensor(outcome, worker.chance)}.safetensors"
        content = path.read_bytes()
        path.unlink()
        make(path, content, worker.chance)

    return change


edit_reply("bit of a file flipped", replace_file(lambda path, content, chance: path.write_bytes(altered(content, chance))))
edit_reply("file cut off", replace_file(lambda path, content, chance: path.write_bytes(content[: chance.randrange(len(content))])))
edit_reply("empty file", replace_file(lambda path, content, chance: path.write_bytes(b"")))
edit_reply("longer file", replace_file(lambda path, content, chance: path.write_bytes(content + b"\0")))
edit_reply("folder for a file", replace_file(lambda path, content, chance: path.mkdir()))
edit_reply("pipe for a file", replace_file(lambda path, content, chance: os.mkfifo(path)))
edit_reply("link to nowhere", replace_file(lambda path, content, chance: path.symlink_to("nowhere")))
edit_reply("link to zeros", replace_file(lambda path, content, chance: path.symlink_to("/dev/zero")))


@mode("link to a good file", "reply", believable=True)
def link_to_good_file(worker, request, line):
    path = Path(request["out"]) / "weights.safetensors"
    elsewhere = worker.memory / f"elsewhere-{worker.count('links')}"
    shutil.move(path, elsewhere)
    path.symlink_to(elsewhere)
    return line


# Lies that could be true, for all that the protocol knows.
def lie_of_tensor(make):
    def change(reply, outcome, out, worker):
        name = worker.chance.choice([name for name in sorted(outcome["tensors"]) if name != "weights"] or ["weights"])
        path = out / f"{name}.safetensors"
        content = make(path.read_bytes(), worker.chance)
        path.write_bytes(content)
        outcome["tensors"][name] = hashlib.sha256(content).hexdigest()

    return change


edit_reply("lie: a scalar", lambda reply, outcome, out, worker: outcome["scalars"].update({"test.accuracy": worker.chance.random()}), True)
edit_reply("lie: a curve", lambda reply, outcome, out, worker: outcome["curves"].update({"train.loss": [1.5]}), True)
edit_reply("lie: huge numbers", lambda reply, outcome, out, worker: outcome["scalars"].update({"test.loss": 1.7e308, "validation.loss": 1.7e308}), True)
edit_reply("lie: tiny numbers", lambda reply, outcome, out, worker: outcome["scalars"].update({k: 5e-324 for k in outcome["scalars"]}), True)
edit_reply("lie: all are zero", lambda reply, outcome, out, worker: outcome["scalars"].update({k: 0.0 for k in outcome["scalars"]}), True)
edit_reply("lie: tensor, last bit", lie_of_tensor(lambda content, chance: content[:-1] + bytes([content[-1] ^ 1])), True)
edit_reply("lie: tensor, any bit", lie_of_tensor(altered), True)
edit_reply("lie: tensor cut off", lie_of_tensor(lambda content, chance: content[: len(content) // 2]), True)
edit_reply("lie: empty tensor", lie_of_tensor(lambda content, chance: b""), True)
edit_reply("lie: giant header", lie_of_tensor(lambda content, chance: (2**63).to_bytes(8, "little") + content[8:]), True)
edit_reply("lie: not numbers", lie_of_tensor(lambda content, chance: content[:-400] + b"\xff" * 400), True)
edit_reply("lie: other shape", lie_of_tensor(lambda content, chance: other_shape(content)), True)
edit_reply("lie: no layers", lie_of_tensor(lambda content, chance: (2).to_bytes(8, "little") + b"{}"), True)


def other_shape(content):
    """The same numbers, said to have the shape of one long row."""
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    for name, entry in header.items():
        if name != "__metadata__":
            count = 1
            for length in entry["shape"]:
                count *= length
            entry["shape"] = [count]
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + content[8 + size :]


@mode("lie: diverged", "reply", believable=True)
def lie_diverged(worker, request, line):
    reply = json.loads(line)
    reply["outcome"] = {"ending": {"how": "diverged", "step": 0}, "scalars": {}, "curves": {}, "tensors": {}}
    return json.dumps(reply).encode() + b"\n"


@mode("lie: the answer before", "reply", believable=True)
def lie_previous(worker, request, line):
    """The answer to the request before this one, with its number corrected and its files copied."""
    reply = json.loads(line)
    kept = worker.memory / f"previous-{os.getpid()}"
    before = kept / "reply.json"
    files = kept / "files"
    told = None
    if before.exists():
        told = {**json.loads(before.read_text()), "number": reply["number"]}
        mine = Path(request["out"])
        fresh = worker.memory / f"fresh-{os.getpid()}"
        shutil.copytree(mine, fresh)
        for path in mine.iterdir():
            path.unlink()
        for path in files.iterdir():
            shutil.copy(path, mine)
        shutil.rmtree(files)
        shutil.move(fresh, files)
    else:
        shutil.copytree(request["out"], files)
    before.write_text(json.dumps(reply))
    return line if told is None else json.dumps(told).encode() + b"\n"


# After an answer.
@mode("alters a file after its answer", "late")
def late_writer(worker, held):
    time.sleep(worker.chance.choice([0.0, 0.002, 0.02, 0.1]))
    content = held.read()
    held.seek(0)
    held.write(altered(content, worker.chance))


OTHER_PROGRAMS = {
    "program: none": "/nonexistent/worker",
    "program: a folder": "/tmp",
    "program: no program": "/dev/null",
    "program: true": "true",
    "program: false": "false",
    "program: yes": "yes",
    "program: cat": "cat",
    "program: renas itself": "RENAS",
}


@attack("worker", "P6", 40, [*MODES, *OTHER_PROGRAMS])
def misbehaving_worker(bench_of, variant, chance):
    """A worker that dies, lies, garbles, or alters bytes: fails with a message, or gives the reference."""
    bench = bench_of(finished=False, locked=True)
    kind = MODES.get(variant)
    jobs = chance.choice(["1", "2", "2"])
    if kind:
        program = false_worker(bench, variant, chance)
    else:
        program = OTHER_PROGRAMS[variant]
        program = {"RENAS": str(bench.reference.renas)}.get(program) or shutil.which(program) or program
    bench.note(jobs=jobs)
    child = bench.start("run", "--jobs", jobs, environment={"RENAS_WORKER": program}, limits={resource.RLIMIT_AS: 4 << 30})
    if kind and kind.silent:
        run = end_the_silence(bench, child, chance)
    else:
        run = bench.finish(child, (0, 2, 3), "P6")
    bench.sweep()
    check_honest(bench, run, kind)
    if variant == "alters a file after its answer":
        bench.renas("verify", codes=(0, 4), promise="P6")
    after = bench.renas("run", codes=(0, 3) if kind and kind.believable else (0,), promise="P6")
    check_honest(bench, after, kind)
    if bench.report_differs() or after.code != 0:
        bench.renas("verify", codes=(4,), promise="P6")
        # The lie is in the store, as true as any record: whoever saw it named starts anew.
        take_away(bench.store)
        take_away(bench.inside / "reports")
    bench.settle("P6")


def false_worker(bench, variant, chance):
    """The path of a program that is a false worker."""
    memory = bench.root / "memory"
    memory.mkdir()
    settings = {"mode": variant, "real": str(bench.reference.worker), "seed": chance.random()}
    settings.update(first=chance.choice([0, 0, 0, 1, 5]), times=chance.choice([1, 1, 2, 3, 10**6]))
    bench.note(first=settings["first"], times=settings["times"])
    (memory / "settings.json").write_text(json.dumps(settings))
    program = memory / "worker"
    program.write_text(
        f"#!/bin/sh\nexec '{sys.executable}' -I '{Path(__file__).resolve()}' --as-worker '{memory}/settings.json' \"$@\"\n"
    )
    program.chmod(0o755)
    return str(program)


def end_the_silence(bench, child, chance):
    """A run whose living worker says nothing may wait; Ctrl-C ends it."""
    deadline = time.monotonic() + 3 + chance.random() * 3
    while child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    if child.poll() is None:
        bench.note(interrupted=True)
        send(child.pid, signal.SIGINT)
    return bench.finish(child, (0, 2, 3, 130), "P6")


def check_honest(bench, run, kind):
    """A report with other bytes is nowhere taken for the one that was promised."""
    if run.code != 0:
        return
    wrong = bench.report_differs()
    if not wrong:
        return
    if not (kind and kind.believable):
        raise Broken("P6", f"`{run.command}` ended with 0 and another report: {wrong}")
    if "differ" not in run.err:
        raise Broken("P6", f"`{run.command}` ended with 0 and another report, and named no difference from the lock: {wrong}")


# ----------------------------------------------------------------------------------------------------------- the long run


class Campaign:
    """Draws attacks until the time is up, and keeps count."""

    def __init__(self, reference, seed, seconds, verbose=False):
        self.reference, self.seed, self.verbose = reference, seed, verbose
        self.deadline = time.monotonic() + seconds
        self.failures = 0

    def one(self, kind, number):
        """One attack; its seed, name and number are all that it depends on, but for the machine's timing."""
        variant = kind.variant(self.seed, number)
        if variant in kind.hung:
            return
        chance = random.Random(f"{self.seed}:{kind.name}:{number}")
        benches = []

        def bench_of(**settings):
            benches.append(Bench(self.reference, f"{kind.name}-{number:04}", **settings))
            return benches[-1]

        kind.count += 1
        started = time.monotonic()
        try:
            kind.function(bench_of, variant, chance)
        except Skipped as why:
            kind.skipped += 1
            print(f"skipped: {kind.name} ({variant}): {why}", flush=True)
        except Broken as broken:
            self.tell(kind, number, variant, benches, str(broken))
            if broken.hung:
                kind.hung.add(variant)
            kind.failures.append(variant)
            benches.clear()
        except OSError as error:
            self.tell(kind, number, variant, benches, f"this script: {error!r}")
            kind.failures.append(f"{variant} (script)")
            benches.clear()
        if self.verbose:
            endings = [child.returncode for bench in benches for child in bench.history]
            print(f"{kind.name} {number} ({variant}): {time.monotonic() - started:.1f} s, exit codes {endings}", flush=True)
        for bench in benches:
            bench.remove()

    def tell(self, kind, number, variant, benches, what):
        self.failures += 1
        print(f"\nBROKEN {what}")
        print(f"  attack {kind.name}, variant `{variant}`; repeat: TORTURE_SEED={self.seed} {sys.argv[0]} --only {kind.name} --at {number}")
        for bench in benches:
            print(f"  parameters: {', '.join(bench.parameters)}")
            print(f"  kept: {bench.root}")
            bench.sweep(everything=True)
            for child in bench.history:
                answered = getattr(child, "answer", None)
                for line in answered.told() if answered and child in bench.history[-3:] else []:
                    print(f"    {line}")
            bench.unmount()
        sys.stdout.flush()

    def run(self, kinds):
        numbers = {kind.name: 0 for kind in kinds}
        draw = random.Random(f"{self.seed}:draw")
        queue = list(kinds)
        while queue or time.monotonic() < self.deadline:
            kind = queue.pop(0) if queue else draw.choices(kinds, [kind.weight for kind in kinds])[0]
            self.one(kind, numbers[kind.name])
            numbers[kind.name] += 1

    def table(self, kinds):
        print("\n| attack | count | result |\n|---|---:|---|")
        for kind in kinds:
            failures = {variant: kind.failures.count(variant) for variant in kind.failures}
            parts = [f"{variant} ({count})" if count > 1 else variant for variant, count in sorted(failures.items())]
            result = f"**broken {len(kind.failures)}**: {', '.join(parts)}" if parts else "kept"
            result += f"; not tried again: {', '.join(sorted(kind.hung))}" if kind.hung else ""
            result += f"; {kind.skipped} skipped" if kind.skipped else ""
            tried = min(kind.count, len(kind.variants))
            print(f"| {kind.name} ({kind.promises}, {tried} of {len(kind.variants)} variants) | {kind.count} | {result} |")
        total = sum(kind.count for kind in kinds)
        print(f"| all | {total} | {'**broken** ' + str(self.failures) if self.failures else 'kept'} |", flush=True)


def arguments_of(given):
    release = REPOSITORY / "target/release"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("renas", nargs="?", type=Path, default=release / "renas", help="the program (default: target/release/renas)")
    parser.add_argument("worker", nargs="?", type=Path, help="its worker (default: renas-worker beside it)")
    parser.add_argument("--list", action="store_true", help="list the attacks and their variants, and end")
    parser.add_argument("--only", metavar="NAME", choices=sorted(ATTACKS), action="append", help="only this attack; may be repeated")
    parser.add_argument("--at", metavar="NUMBER", type=int, help="with --only: only the attack of that number, to repeat it")
    parser.add_argument("--variant", metavar="NAME", action="append", help="with --only: only this variant; may be repeated")
    parser.add_argument("--keep", action="store_true", help="keep the folder of the programs and of the reference too")
    parser.add_argument("-v", "--verbose", action="store_true", help="a line per attack, with the exit codes of its commands")
    return parser.parse_args(given)


def list_attacks():
    for kind in ATTACKS.values():
        print(f"{kind.name} ({kind.promises}, weight {kind.weight}): {kind.about}")
        print(f"    {', '.join(kind.variants)}")


def main():
    if sys.argv[1:2] == ["--as-worker"]:
        return FalseWorker(sys.argv[2], sys.argv[3:]).work()
    arguments = arguments_of(sys.argv[1:])
    if arguments.list:
        return list_attacks()
    kinds = [ATTACKS[name] for name in arguments.only or ATTACKS]
    if len(kinds) != 1 and (arguments.variant or arguments.at is not None):
        sys.exit("torture: --variant and --at need --only with one attack")
    if arguments.variant:
        unknown = set(arguments.variant) - set(kinds[0].variants)
        if unknown:
            sys.exit(f"torture: {kinds[0].name} has no variant {', '.join(sorted(unknown))} (--list shows them)")
        kinds[0].variants = arguments.variant
    seed = os.environ.get("TORTURE_SEED") or str(random.SystemRandom().randrange(10**6))
    seconds = float(os.environ.get("TORTURE_SECONDS", "600"))
    print(f"torture: seed {seed}, {seconds:g} s, {sum(len(kind.variants) for kind in kinds)} variants of {len(kinds)} attacks", flush=True)
    work = Path(tempfile.mkdtemp(prefix="renas-torture-")).resolve()
    try:
        worker = arguments.worker or arguments.renas.parent / "renas-worker"
        reference = Reference(work, arguments.renas.resolve(), worker.resolve())
    except Broken as broken:
        print(f"BROKEN by the clean run: {broken}; kept: {work}")
        sys.exit(1)
    print(f"torture: a clean run takes {reference.seconds:.2f} s for {reference.trials} trials; in {work}", flush=True)
    campaign = Campaign(reference, seed, seconds, arguments.verbose)
    if arguments.at is not None:
        campaign.one(kinds[0], arguments.at)
    else:
        campaign.run(kinds)
    campaign.table(kinds)
    if not campaign.failures and not arguments.keep:
        shutil.rmtree(work)
    sys.exit(1 if campaign.failures else 0)


if __name__ == "__main__":
    main()
