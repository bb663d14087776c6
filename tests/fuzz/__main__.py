"""`make fuzz`: each target is fuzzed for a while by atheris, which looks for inputs that reach other code.

    python -m tests.fuzz [--seconds 60] [--target NAME]

Seconds are those of all targets. New inputs are in .cache/fuzz, by target; those that end a target otherwise than it
declares are in .cache/fuzz/found. Keep them in tests/fuzz/corpus, smaller if possible: the tests run each of them.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import subprocess
import sys
from pathlib import Path

import structlog

CORPUS = Path(__file__).with_name("corpus")
ROOT = CORPUS.parents[2]
FOUND = ROOT / ".cache" / "fuzz"
# What is measured; the rest of the program is imported as it is.
MEASURED = ["chassis", "broker", "ops", "order_svc"]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--target")
    parser.add_argument("--one", help="fuzzes that target in this process, with the options of libFuzzer that follow")
    chosen, options = parser.parse_known_args(arguments)
    if chosen.one:
        fuzz(chosen.one, options)
    from tests.fuzz.targets import TARGETS

    names = [chosen.target] if chosen.target else list(TARGETS)
    return max(run(name, max(1, chosen.seconds // len(names))) for name in names)


def run(name: str, seconds: int) -> int:
    """Fuzzes a target in a process of its own: libFuzzer ends the one that it runs in."""
    from tests.fuzz.targets import TARGETS

    seeds, new, found = FOUND / "seeds" / name, FOUND / name, FOUND / "found"
    for folder in (seeds, new, found):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(TARGETS[name].seeds):
        (seeds / f"seed-{number}").write_bytes(seed)
    kept = [str(folder) for folder in (CORPUS / name, seeds) if folder.exists()]
    limits = [f"-max_total_time={seconds}", "-max_len=4096", "-timeout=10", "-rss_limit_mb=2048", "-verbosity=0"]
    command = [sys.executable, "-m", "tests.fuzz", "--one", name, str(new), *kept, *limits]
    ended = subprocess.run([*command, f"-artifact_prefix={found}/{name}-"], cwd=ROOT, check=False)
    print(f"{name}: {'nothing was found' if ended.returncode == 0 else 'FAILED, see ' + str(found)}", flush=True)
    return min(ended.returncode, 1)


def fuzz(name: str, options: list[str]) -> None:
    """Does not return."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=MEASURED, enable_loader_override=False):
        from tests.fuzz.targets import TARGETS
    # What is refused is logged, thousands of times.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    atheris.Setup([sys.argv[0], *options], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
