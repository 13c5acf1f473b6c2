"""A stand-in for renas-worker that speaks its protocol; its first argument says how it misbehaves, its second is a
folder that remembers over restarts how often it has. What it answers depends on the task alone."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time

behaviour, memory = sys.argv[1], sys.argv[2]
name, _, times = behaviour.partition(":")


def count(what):
    """Append to a log of the memory folder, and return how many times that was done before."""
    with open(os.path.join(memory, what), "ab", buffering=0) as log:
        log.write(b".")
        return log.tell() - 1


def tell(line):
    """Append a line to the diary that all workers share; in one write, so that lines stay whole."""
    with open(os.path.join(memory, "diary"), "ab", buffering=0) as diary:
        diary.write(line.encode() + b"\n")


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


with open(os.path.join(memory, f"pid-{os.getpid()}"), "w"):
    pass
start = count("starts")
if name == "mute":
    print("libtorch_cpu.so: cannot open shared object file", file=sys.stderr)
    sys.exit(127)
if name == "no-hello" and start < int(times):
    time.sleep(60)
kind = str(start) if name == "classes" else "one"
versions = {"protocol-1": {}, "protocol-3": {"protocol": 3, "mood": "fine"}}
say(versions.get(name, {"protocol": 2}) | {
    "worker": "0.0.0",
    "libtorch": "2.10.0" if name == "older" else "2.11.0",
    "numerics": "portable",
    "device": "cpu",
    "fingerprint": hashlib.sha256(kind.encode()).hexdigest(),
    "details": {},
})
if name == "never-reads" and start < int(times):
    time.sleep(60)
for line in sys.stdin:
    request = json.loads(line)
    number = request["number"]
    asked = count("asked")
    misbehaves = times and asked < int(times)
    if name == "killed" and misbehaves:
        print("about to use a lot of memory", file=sys.stderr, flush=True)
        with open(os.path.join(request["out"], "weights.safetensors"), "wb") as half:
            half.write(b"half of the wei")
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "exits" and misbehaves:
        print("first line\nterminate called: out of cheese", file=sys.stderr)
        sys.exit(3)
    if name == "garbage" and misbehaves:
        print("Segmentation fault, perhaps?")
        sys.stdout.flush()
        time.sleep(60)
    if name == "wrong-number" and misbehaves:
        number += 1
    if name == "cut" and misbehaves:
        sys.stdout.write('{"reply":"do')
        sys.stdout.flush()
        sys.exit(0)
    if name == "leaves-a-child" and misbehaves:
        subprocess.Popen(["sleep", "1000"])
        sys.exit(3)
    if name == "stopped" and misbehaves:
        os.kill(os.getpid(), signal.SIGSTOP)
    if name == "silent" and misbehaves:
        time.sleep(60)
    if name == "half" and misbehaves:
        sys.stdout.write('{"reply":"do')
        sys.stdout.flush()
        time.sleep(60)
    while name == "drips" and misbehaves:
        os.write(1, b"x")
        time.sleep(0.005)
    while name == "endless" and misbehaves:
        os.write(1, b"x" * 2**20)
    while name == "lives" and misbehaves:
        say({"reply": "alive", "number": number})
        time.sleep(0.005)
    while name == "floods" and misbehaves:
        say({"reply": "alive", "number": number})
    if name == "works":
        for _ in range(40):
            say({"reply": "alive", "number": number})
            time.sleep(0.02)
    if name == "clings" and misbehaves:
        count("hanging")
        time.sleep(60)
    if name == "fails":
        say({"reply": "failed", "number": number, "message": "no such layer"})
        continue
    if name == "diary":
        kind = request["task"]["task"]
        tell(f"begin {kind}")
        time.sleep(0.01)
        tell(f"end {kind}")
    if name == "hangs":
        count("hanging")
        sys.stdin.readline()  # No more comes: this returns when the input ends.
        sys.exit(0)
    task = request["task"]
    identity = hashlib.sha256(json.dumps(task, sort_keys=True).encode())
    weights = identity.digest() * 8
    scalars, curves, tensors = {}, {}, {}
    if task["task"] == "time":
        curves["step.seconds"] = [0.25] * task["steps"]
        scalars["seconds_per_step"] = 0.25
    elif task["task"] == "latency":
        curves["pass.seconds"] = [0.25] * len(task["networks"])
    else:
        with open(os.path.join(request["out"], "weights.safetensors"), "wb") as file:
            file.write(weights)
        tensors["weights"] = hashlib.sha256(weights).hexdigest()
        curves["train.loss"] = [2.0] * task["stop"]["epochs"]
        for probe in task["probes"]:
            scalars[probe["split"] + ".accuracy"] = int.from_bytes(identity.digest()[:6], "big") / 2**48
            scalars[probe["split"] + ".loss"] = 1.5
    seconds = 0.25
    if name == "lies":
        tensors["weights"] = hashlib.sha256(b"other bytes").hexdigest()
    if name == "misfits-accuracy" and misbehaves:
        scalars["test.accuracy"] = 17
    if name == "misfits-missing" and misbehaves:
        del scalars["test.loss"]
    if name == "misfits-seconds" and misbehaves:
        seconds = -1.0
    say({
        "reply": "done",
        "number": number,
        "outcome": {"ending": {"how": "completed"}, "scalars": scalars, "curves": curves, "tensors": tensors},
        "cpu_seconds": seconds,
    })
if name == "clings":
    time.sleep(60)
