"""Files that are made to hurt. `python hostile.py NAME` reads one in a process of its own and says what it took.

It counts what that process used, so it needs a system that says so: Linux or macOS.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

MIB = 2**20


def _laughs() -> bytes:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    return "\n".join(lines).encode()


def _merges() -> bytes:
    keys = "".join(f"  k{n}: 1\n" for n in range(50_000))
    return f"a: &a\n{keys}".encode() + b"".join(b"b%d: {<<: *a}\n" % n for n in range(100_000))


def _distinct(size: int) -> bytes:
    return b"".join(b"k%07d: v%07d\n" % (n, n) for n in range(size // 20))


FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "billion laughs": ("x.yml", _laughs),
    "merge bomb": ("x.yml", _merges),
    "depth, flow": ("x.yml", lambda: b"[" * 10_000 + b"]" * 10_000),
    "depth, mappings": ("x.yml", lambda: b"{a: " * 10_000 + b"}" * 10_000),
    "depth, block": ("x.yml", lambda: b"".join(b" " * n + b"a:\n" for n in range(3_000))),
    "depth, dashes": ("x.yml", lambda: b"- " * 10_000),
    "depth, unclosed": ("x.yml", lambda: b"[" * 4 * MIB),
    "scalar, 10 MB": ("x.yml", lambda: b"a: " + b"x" * 10_000_000),
    "scalar, just allowed": ("x.yml", lambda: b"a: " + b"x" * (8 * MIB - 10)),
    "scalar of emoji": ("x.yml", lambda: b"a: " + "\U0001f600".encode() * (2 * MIB - 10)),
    "quoted, unclosed": ("x.yml", lambda: b'a: "' + b"x\n" * (4 * MIB - 10)),
    "many values": ("x.yml", lambda: b"[" + b"a," * (4 * MIB - 10) + b"]"),
    "many keys": ("x.yml", lambda: _distinct(8 * MIB - 100)),
    "many mappings": ("x.yml", lambda: b"- {a: 1}\n" * (8 * MIB // 10)),
    "many duplicates": ("x.yml", lambda: b"a: 1\n" * (8 * MIB // 6)),
    "many anchors": ("x.yml", lambda: b"".join(b"- &a%d x\n" % n for n in range(400_000))),
    "many aliases": ("x.yml", lambda: b"- &a [1, 2, 3]\n" + b"- *a\n" * 1_000_000),
    "many tags": ("x.yml", lambda: b"- !x y\n" * 1_000_000),
    "many documents": ("x.yml", lambda: b"--- a\n" * 1_000_000),
    "many lines": ("x.yml", lambda: b"\n" * (8 * MIB - 10)),
    "many comments": ("x.yml", lambda: b"#\n" * (4 * MIB - 10)),
    "long key": ("x.yml", lambda: b"x" * 4 * MIB + b": 1"),
    "question marks": ("x.yml", lambda: b"? " * 1_000_000),
    "huge number": ("x.yml", lambda: b"a: " + b"9" * 4 * MIB),
    "huge time": ("x.yml", lambda: b"a: 1" + b":59" * MIB),
    "many numbers": ("x.yml", lambda: b"[" + b"0x1f," * (8 * MIB // 6) + b"]"),
    "many dates": ("x.yml", lambda: b"[" + b"2026-01-01," * (8 * MIB // 12) + b"]"),
    "brace noise": ("x.yml", lambda: b"{[" * 2 * MIB),
    "colons": ("x.yml", lambda: b"a: b: " * MIB),
    "percent": ("x.yml", lambda: b"%" * 4 * MIB),
    "nul": ("x.yml", lambda: b"\0" * 4 * MIB),
    "json, depth": ("x.json", lambda: b"[" * 100_000 + b"]" * 100_000),
    "json, many values": ("x.json", lambda: b"[" + b"1," * 7 * MIB + b"1]"),
    "json, many objects": ("x.json", lambda: b"[" + b"{}," * 5 * MIB + b"1]"),
    "json, many keys": (
        "x.json",
        lambda: b"{" + b",".join(b'"k%d":{"a":1}' % n for n in range(340_000)) + b"}",
    ),
    "json, duplicates": ("x.json", lambda: b"{" + b",".join([b'"a":1'] * 700_000) + b"}"),
    "json, string": ("x.json", lambda: b'"' + "\U0001f600".encode() * (4 * MIB - 10) + b'"'),
    "json, huge number": ("x.json", lambda: b"9" * 10 * MIB),
    "json, too large": ("x.json", lambda: b" " * 17 * MIB),
    "folder": ("", lambda: b""),
}


def peak_memory() -> float:
    """The most memory that this process had, in bytes."""
    # On Linux ru_maxrss begins with what the process had before it became this program: that of a whole test run.
    status = Path("/proc/self/status")
    if status.exists():
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(peak.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


ORDINARY = 0.1
"""Seconds that `yardstick` takes on the machine that the figures of docs/benchmarks.md are from."""


def yardstick() -> float:
    """Seconds of CPU of a piece of plain Python: machines differ, and a busy one is slower too."""
    begun = time.process_time()
    names = {}
    for number in range(300_000):
        names[str(number)] = number
    return time.process_time() - begun


def main(name: str) -> None:
    """Reads one of `FILES`; prints as JSON the message, seconds of CPU as on that machine, and the peak in MiB."""
    from inregel.config import source
    from inregel.config.mistakes import ConfigError

    file, make = FILES[name]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, file or "x.yml")
        if file:
            path.write_bytes(make())
        else:
            path.mkdir()
        before, text = yardstick(), ""
        started = time.process_time()
        try:
            source.read(path, Path(folder))
        except ConfigError as error:
            text = str(error)
        seconds = time.process_time() - started
    peak = peak_memory() / MIB
    seconds *= min(1, ORDINARY / max(before, yardstick()))
    sys.stdout.write(json.dumps({"text": text[:2_000], "seconds": seconds, "mib": peak}))


if __name__ == "__main__":
    main(sys.argv[1])
