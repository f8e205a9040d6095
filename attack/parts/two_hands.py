"""Two and eight processes on one run, one study and one cache; deleting during training; holders that are killed.

A fault is a line that was written twice or lost, a cell that was trained twice or never, an entry that was decoded
twice or is damaged, a run that cannot be gone on with, or an answer that is not the one to expect.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from attack.attempt import Attempt, Ended, trasluz, watched

TITLE = "Two hands on one run, one study, one cache"
COUNT = 35

SECONDS = 900.0  # eight trainings share the processors
HELD = "has been writing here since"
EPOCHS = 30
TINY = ("train.epochs=1", "data.limit=60", "model.network.channels=[4]", "data.test=null")
OPEN = """
import sys
from trasluz.data.opening import open_data
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter
decoded = []
class Ear(Reporter):
    def task(self, title, total=None, counted=""):
        decoded.extend([1] if title == "Decoding" else [])
        return super().task(title, total, counted)
data = open_data(DataSection(source=sys.argv[1], valid=None), 0, Ear())
print("opened", len(decoded), int(data.samples.astype("int64").sum()))
"""
Command = Callable[[], Ended]


def attempts(seed: int, count: int, folder: Path) -> Iterator[Attempt]:
    """Each kind in turn, with moments drawn anew."""
    chance = random.Random(seed)
    made = trasluz("train", "digits-cnn", *_set(TINY), folder=folder, seconds=SECONDS)
    if made.code != 0:
        yield Attempt("a run", "made to begin with", made.text[-300:])
        return
    (run,) = (folder / "runs").iterdir()
    kinds = [(door, hands) for door in (_on_a_run, _on_a_study, _on_a_cache) for hands in (2, 8)] + [(_deleted, 2)]
    for number in range(count):
        door, hands = kinds[number % len(kinds)]
        place = folder / f"{number:03}"
        place.mkdir()
        yield door(place, run, hands, chance)
        shutil.rmtree(place)


def _set(changes: Sequence[str]) -> list[str]:
    return [word for change in changes for word in ("--set", change)]


def _on_a_run(place: Path, run: Path, hands: int, chance: random.Random) -> Attempt:
    """``hands`` times ``resume`` at nearly one time; the first to hold it is killed in every second attempt."""
    own, killed = place / "run", chance.random() < 0.5
    shutil.copytree(run, own)
    words = ("resume", str(own), "--set", f"train.epochs={EPOCHS}")
    commands = [lambda: trasluz(*words, folder=place, seconds=SECONDS)] * hands
    kill = [lambda: _kill_holder(own / ".lock", chance.uniform(0.0, 4.0))] if killed else []
    ended = _together(commands, chance, kill)
    codes = Counter(one.code for one in ended)
    last = trasluz(*words, folder=place, seconds=SECONDS)
    faults = [one.fault for one in ended if one.fault and not (killed and one.code == -9)]
    faults += [f"{one.code}: {one.text[-200:]}" for one in ended if one.code == 2 and HELD not in one.text]
    faults += [] if set(codes) <= {0, 2, -9} and codes[-9] <= 1 else [f"codes {dict(codes)}"]
    faults += [] if last.code == 0 else [f"stuck: {last.text[-200:]}"]
    faults += _lines(own, EPOCHS) + _left(own)
    kind = f"{hands} resume at once" + (", the holder killed" if codes[-9] else "")
    return _attempt("a run", kind, faults, [*ended, last])


def _on_a_study(place: Path, _run: Path, hands: int, chance: random.Random) -> Attempt:
    """``hands`` processes share eight cells; one of them is killed with a cell in its hands in every second attempt."""
    killed = chance.random() < 0.5
    rates = {f"rate-{i}": {"train.optimiser.learning_rate": 0.001 * (i + 1)} for i in range(4)}
    settings = {"train.epochs": 1, "data.limit": 60, "model.network.channels": [4], "data.test": None}
    study = {"version": 2, "name": "shared", "base": "digits-cnn", "set": settings, "variants": rates, "seeds": 2}
    own = place / "study"
    (own / "runs").mkdir(parents=True)
    (own / "study.yaml").write_text(json.dumps(study))
    commands = [lambda: trasluz("study", str(own), folder=place, seconds=SECONDS)] * hands
    kill = [lambda: _kill_holder(own / ".cell-*", chance.uniform(0.0, 4.0))] if killed else []
    ended = _together(commands, chance, kill)
    codes = Counter(one.code for one in ended)
    last = trasluz("study", str(own), folder=place, seconds=SECONDS)
    faults = [one.fault for one in ended if one.fault and not (killed and one.code == -9)]
    faults += [] if set(codes) <= {0, -9} and codes[-9] <= 1 else [f"codes {dict(codes)}: {ended[0].text[-200:]}"]
    faults += [] if last.code == 0 else [f"stuck: {last.text[-200:]}"]
    runs = [path.parent for path in sorted((own / "runs").glob("*/run.json"))]
    hashes = Counter(json.loads((path / "run.json").read_text())["recipe_hash"] for path in runs)
    faults += [f"a cell trained {n} times" for n in hashes.values() if n > 1]
    faults += [] if len(hashes) == 8 else [f"{len(hashes)} of 8 cells"]
    faults += [fault for path in runs for fault in _lines(path, 1) + _left(path)]
    table = json.loads((own / "table.json").read_text())["rows"]
    faults += [] if sum(len(row["runs"]) for row in table) == 8 else ["the table lacks runs"]
    faults += _left(own)
    kind = f"{hands} processes, 8 cells" + (", one killed" if codes[-9] else "")
    return _attempt("a study", kind, faults, [*ended, last])


def _on_a_cache(place: Path, _run: Path, hands: int, chance: random.Random) -> Attempt:
    """``hands`` processes open the same new images; in every second attempt the one that decodes them is killed."""
    killed = chance.random() < 0.5
    noise = np.random.default_rng(chance.randrange(1000))
    for number in range(400):
        path = place / "photos" / f"class-{number % 2}" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(noise.integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(path)
    images = place / "cache" / "images"
    words, more = [sys.executable, "-c", OPEN, str(place / "photos")], {"TRASLUZ_CACHE": str(place / "cache")}
    commands = [lambda: watched(words, place, more, SECONDS)] * hands
    kill = [lambda: _kill_holder(images / ".*.lock", chance.uniform(0.0, 0.2))] if killed else []
    ended = _together(commands, chance, kill)
    last = watched(words, place, more, SECONDS)
    told = [one.text.split() for one in [*ended, last] if one.code == 0]
    died = sum(one.code == -9 for one in ended)
    faults = [one.fault for one in ended if one.fault and not (killed and one.code == -9)]
    faults += [] if all(words[:1] == ["opened"] for words in told) else [f"said {told}"]
    decoded = sum(int(words[1]) for words in told if len(words) > 1)
    faults += [] if decoded == 1 or (died and decoded <= 1) else [f"decoded {decoded} times"]
    faults += [] if len({words[2] for words in told if len(words) > 2}) == 1 else ["different images"]
    entries = [path for path in images.iterdir() if not path.name.startswith(".")]
    faults += [] if len(entries) == 1 else [f"{len(entries)} entries"]
    kind = f"{hands} processes, new images" + (", the first killed" if died else "")
    return _attempt("a cache", kind, faults, [*ended, last])


def _deleted(place: Path, run: Path, hands: int, chance: random.Random) -> Attempt:
    """``runs delete`` while the run trains: refused; once the training was killed, done."""
    own = place / "run"
    shutil.copytree(run, own)
    words = ("runs", "delete", str(own), "--yes")

    def asked() -> Ended:
        _wait_for(own / ".lock")
        time.sleep(chance.uniform(0.0, 3.0))
        return trasluz(*words, folder=place, seconds=SECONDS)

    with ThreadPoolExecutor(hands + 1) as pool:
        training = pool.submit(trasluz, "resume", own, "--set", "train.epochs=1000000", folder=place, seconds=SECONDS)
        refused = [one.result() for one in [pool.submit(asked) for _ in range(hands)]]
        lines = _count(own)
        _kill_holder(own / ".lock", 0.0)
        training.result()
    faults = [f"{one.code}: {one.text[-200:]}" for one in refused if one.code != 2 or HELD not in one.text]
    faults += [] if _count(own) >= lines > 0 else ["lines were lost"]
    last = trasluz(*words, folder=place, seconds=SECONDS)
    faults += [] if last.code == 0 and not own.exists() else [f"not deleted: {last.text[-200:]}"]
    return _attempt("a run", f"{hands} delete during training", faults, [*refused, last])


def _together(commands: Sequence[Command], chance: random.Random, also: Sequence[Callable[[], None]]) -> list[Ended]:
    """Starts the commands within a second, and what else is to happen meanwhile."""
    delays = [chance.uniform(0.0, 1.0) for _command in commands]

    def later(command: Command, delay: float) -> Ended:
        time.sleep(delay)
        return command()

    with ThreadPoolExecutor(len(commands) + len(also)) as pool:
        others = [pool.submit(action) for action in also]
        ended = list(pool.map(later, commands, delays))
        for other in others:
            other.result()
    return ended


def _wait_for(pattern: Path, seconds: float = 300.0) -> Path | None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for path in pattern.parent.glob(pattern.name):
            if path.name.count(".") == pattern.name.count("."):  # not what lies beside a lock while it is taken
                return path
        time.sleep(0.01)
    return None


def _kill_holder(pattern: Path, after: float) -> None:
    """Kills the process that holds a lock, ``after`` seconds after there was one; none may be held any more by then."""
    if _wait_for(pattern) is None:
        return
    time.sleep(after)
    found = _wait_for(pattern, 5.0)
    try:
        if found is not None:
            os.kill(int(json.loads(found.read_text())["number"]), 9)
    except (OSError, ValueError):
        pass  # it was given back meanwhile


def _count(run: Path) -> int:
    return (run / "metrics.jsonl").read_bytes().count(b"\n")


def _lines(run: Path, epochs: int) -> list[str]:
    """What is wrong with the records of a run of ``epochs`` epochs."""
    found = Counter(json.loads(line)["epoch"] for line in (run / "metrics.jsonl").read_text().splitlines())
    twice = sum(count - 1 for count in found.values())
    lost = sum(epoch not in found for epoch in range(1, epochs + 1))
    status = json.loads((run / "run.json").read_text())["status"]
    faults = [f"{twice} lines twice"] if twice else []
    faults += [f"{lost} lines lost"] if lost else []
    return faults + ([] if status == "finished" else [f"status {status}"])


def _left(folder: Path) -> list[str]:
    """Locks that were left behind once all was done."""
    names = [path.name for path in folder.glob(".*")]
    return [f"left {', '.join(names)}"] if names else []


def _attempt(door: str, kind: str, faults: Sequence[str], ended: Sequence[Ended]) -> Attempt:
    slowest, largest = max(one.seconds for one in ended), max(one.memory for one in ended)
    return Attempt(door, kind, "; ".join(dict.fromkeys(faults)), slowest, largest)
