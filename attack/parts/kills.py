"""SIGKILL: at every file event of a short training, and at moments and events drawn at random, of every family; and
disks that are full from such an event on.

A run that was killed is resumed, now and then killed again meanwhile, until it has finished.  Then its weights, its
records and the names of all its files must be those of the run that was left alone.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from attack.attempt import Attempt
from attack.killed import Done, copy, fork, warm
from attack.small_recipes import CASES, make_images, tree

TITLE = "Killed processes and full disks"
COUNT = 500

_CLOCKS = ("seconds", "images_per_second")


@dataclass(frozen=True)
class _Whole:
    """What came of work that was left alone: what must be the same, how many file events it had, and its seconds."""

    told: dict[str, Any]
    events: int
    seconds: float


class _Subject:
    """Something to kill: ``begin`` starts it in an empty folder, ``go_on`` does what a person does after a kill."""

    def __init__(self, name: str, place: Path) -> None:
        self.name, self.place = name, place

    def begin(self) -> Callable[[], object]:
        raise NotImplementedError

    def go_on(self) -> Callable[[], object] | None:
        """What completes it, ``None`` where nothing is to be gone on with: ``begin`` again."""
        raise NotImplementedError

    def told(self) -> dict[str, Any]:
        """What must be as if nobody had killed anything."""
        raise NotImplementedError

    def clear(self) -> None:
        copy(self.place.parent / "nothing", self.place)

    @cached_property
    def whole(self) -> _Whole:
        self.clear()
        done = fork(self.begin(), self.place)
        if done.fault:
            raise RuntimeError(f"{self.name} cannot be done at all: {done.fault}")
        return _Whole(self.told(), done.events, done.seconds)


class _Training(_Subject):
    """``train``, then ``resume``."""

    def begin(self) -> Callable[[], object]:
        from trasluz import api, recipe

        chosen = recipe.from_dict(tree(self.name, self.place.parent))
        return lambda: api.train(chosen, runs=self.place)

    def go_on(self) -> Callable[[], object] | None:
        from trasluz import api

        _delete_halves(self.place)
        runs = [found.path for found in api.list_runs(self.place)]
        return (lambda: api.resume(runs[0])) if runs else None

    def told(self) -> dict[str, Any]:
        (run,) = (path for path in self.place.iterdir() if path.is_dir())
        return run_told(run)


class _Study(_Subject):
    """A study of two cells, then the same with its folder."""

    def begin(self) -> Callable[[], object]:
        from trasluz import api
        from trasluz.recipe.study import load_study

        path = self.place.parent / "question.yaml"
        base = self.place.parent / "base.yaml"
        base.write_text(json.dumps(tree("autoencoder", self.place.parent)), encoding="utf-8")
        asked = {"name": "two", "base": str(base), "seeds": 1, "metrics": ["mse"]}
        variants = {"small": {"model.encoder.code": 2}, "large": {"model.encoder.code": 4}}
        path.write_text(json.dumps({**asked, "variants": variants}), encoding="utf-8")
        question = load_study(path)
        return lambda: api.study(question, runs=self.place, lang="en")

    def go_on(self) -> Callable[[], object] | None:
        from trasluz import api

        _delete_halves(self.place)
        found = list(self.place.glob("*/study.yaml"))
        return (lambda: api.study(found[0].parent, lang="en")) if found else None

    def told(self) -> dict[str, Any]:
        (study,) = (path for path in self.place.iterdir() if path.is_dir())
        _delete_halves(study / "runs")
        runs = {json.loads((run / "run.json").read_text())["recipe_hash"]: run for run in (study / "runs").iterdir()}
        table = json.loads((study / "table.json").read_text(encoding="utf-8"))
        scores = [{key: row[key] for key in ("variant", "scores")} for row in table["rows"]]
        files = sorted(path.name for path in study.iterdir())
        return {"scores": scores, "files": files, "runs": {key: run_told(runs[key]) for key in sorted(runs)}}


class _Verb(_Subject):
    """A command on a finished run (``train`` has made it), then the same command again."""

    def __init__(self, name: str, place: Path, run: Path, words: tuple[str, ...]) -> None:
        super().__init__(name, place)
        self._run, self._words = run, words

    def clear(self) -> None:
        super().clear()
        copy(self._run, self.place / "run")

    def begin(self) -> Callable[[], object]:
        from trasluz.cli.__main__ import run

        words = [word.replace("PLACE", str(self.place)) for word in self._words]

        def work() -> None:
            code = run(words)
            if code:
                raise RuntimeError(f"exit code {code}")

        return work

    def go_on(self) -> Callable[[], object] | None:
        return self.begin()

    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = {"files": _names(self.place)}
        if (self.place / "run").exists():
            told |= run_told(self.place / "run")
        for path in self.place.rglob("evaluation.json"):
            told[str(path)] = path.read_text(encoding="utf-8")
        for path in (*self.place.glob("*.csv"), *self.place.rglob("arrays.npz")):
            told[str(path)] = path.read_bytes() if path.suffix == ".csv" else _arrays(path)
        for path in self.place.rglob("*.html"):
            told[str(path)] = path.read_text(encoding="utf-8").rstrip().endswith("</html>")
        return told


class _Deletion(_Verb):
    """``runs delete``: what a kill leaves is still a run, or a half-written one that is deleted by the same words."""

    def go_on(self) -> Callable[[], object] | None:
        run = self.place / "run"
        if run.exists() and not any(run.iterdir()):
            run.rmdir()  # killed before its very last step: nothing of a run is left in it
        return self.begin() if run.exists() else lambda: None


def attempts(seed: int, count: int, folder: Path) -> Iterator[Attempt]:
    """About ``count`` attempts: half at the file events of two trainings, with a validation split and without one, the
    others drawn at random."""
    os.environ["TRASLUZ_CACHE"] = str(folder / "cache")
    warm()
    draw = random.Random(seed)
    (folder / "nothing").mkdir()
    make_images(folder / "images")
    trainings: list[_Subject] = [_Training(name, folder / name.replace(" ", "-")) for name in CASES]
    first, others = trainings[0], trainings[1:]
    yield from _at_events(first, "each file event", _share(count, 33), draw)
    yield from _at_events(trainings[list(CASES).index("perceptron")], "each file event", _share(count, 20), draw)
    yield from _at_events(first, "file events of the end", _share(count, 2), draw, last=30)
    for subject in _in_turn(others, _share(count, 16)):
        yield _kill(subject, "a file event", draw, event=draw.randint(1, subject.whole.events))
    for subject in _in_turn(trainings, _share(count, 7)):
        yield _kill(subject, "a full disk", draw, event=draw.randint(1, subject.whole.events), full=True)
    for subject in _in_turn(trainings, _share(count, 11)):
        yield _kill(subject, "a moment", draw, after=draw.uniform(0, subject.whole.seconds))
    for subject in _in_turn([_Study("study", folder / "study")], _share(count, 5)):
        yield _kill(subject, "a file event", draw, event=draw.randint(1, subject.whole.events))
    for subject in _in_turn(list(_verbs(first, folder)), _share(count, 7)):
        yield _kill(subject, "a file event", draw, event=draw.randint(1, subject.whole.events))


def _share(count: int, percent: int) -> int:
    return max(1, count * percent // 100)


def _in_turn(subjects: list[_Subject], count: int) -> Iterator[_Subject]:
    for number in range(count):
        yield subjects[number % len(subjects)]


def _at_events(
    subject: _Subject, kind: str, count: int, draw: random.Random, last: int | None = None
) -> Iterator[Attempt]:
    """Every file event (of the ``last`` ones), or ``count`` spread evenly over them."""
    events = subject.whole.events
    start = 1 if last is None else max(1, events - last + 1)
    chosen = sorted({round(e) for e in np.linspace(start, events, min(count, events - start + 1))})
    for event in chosen:
        yield _kill(subject, kind, draw, event=int(event))


def _kill(
    subject: _Subject,
    kind: str,
    draw: random.Random,
    *,
    event: int | None = None,
    after: float | None = None,
    full: bool = False,
) -> Attempt:
    """Kills ``subject`` once, now and then a second time when it is gone on with, and compares what comes of it."""
    whole = subject.whole
    subject.clear()
    done = fork(subject.begin(), subject.place, event=event, after=after, full=full)
    while after is not None and not done.killed and not done.fault:  # it was quicker this time
        after *= 0.7
        subject.clear()
        done = fork(subject.begin(), subject.place, after=after)
    seconds, faults = done.seconds, [done.fault]
    where = f"event {event}" if event is not None else f"{after:.2f} s"
    if done.killed and draw.random() < 0.25:
        again = _go_on(subject, event=draw.randint(1, whole.events))
        seconds, faults = seconds + again.seconds, [*faults, again.fault]
        where += ", and again"
    if not any(faults):
        last = _go_on(subject)
        seconds, faults = seconds + last.seconds, [*faults, last.fault or _differs(whole.told, subject)]
    fault = next((fault for fault in faults if fault), "")
    return Attempt(subject.name, kind, f"killed at {where}: {fault}" if fault else "", seconds)


def _go_on(subject: _Subject, event: int | None = None) -> Done:
    return fork(subject.go_on() or subject.begin(), subject.place, event=event)


def _differs(expected: dict[str, Any], subject: _Subject) -> str:
    """The first thing that is not as it would be without a kill."""
    try:
        found = subject.told()
    except Exception as error:  # whatever is missing
        return f"incomplete: {error!r}"
    wrong = next((key for key in expected.keys() | found.keys() if expected.get(key) != found.get(key)), None)
    if wrong == "files":
        return f"other files: {sorted(set(expected[wrong]) ^ set(found[wrong]))}"
    return "" if wrong is None else f"{wrong} differs"


def run_told(run: Path) -> dict[str, Any]:
    """Of a run: status, every weight's bytes, every record but for the clock, and the names of all files."""
    records = {
        name: [{k: v for k, v in json.loads(line).items() if k not in _CLOCKS} for line in _lines(run / name)]
        for name in ("metrics.jsonl", "steps.jsonl")
    }
    weights = {str(path.relative_to(run)): path.read_bytes() for path in run.rglob("*.safetensors")}
    info = json.loads((run / "run.json").read_text(encoding="utf-8"))
    status = {key: info.get(key) for key in ("status", "stop_reason", "parameters", "recipe_hash")}
    recipe = (run / "recipe.yaml").read_text(encoding="utf-8")
    return {
        **records,
        **weights,
        "splits": _arrays(run / "splits.npz"),
        "info": status,
        "recipe": recipe,
        "files": _names(run),
    }


def _names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _arrays(path: Path) -> dict[str, Any]:
    with np.load(path) as stored:
        return {name: stored[name].tolist() for name in stored.files}


def _delete_halves(runs: Path) -> None:
    """Deletes what ``runs list`` names as half-written; only such folders may be left without ``run.json``."""
    from trasluz import api

    for found in api.list_runs(runs):
        if found.status == "half-written":
            api.delete_run(found.path)
    for study in runs.glob("*-study-*"):
        _delete_halves(study / "runs")


def _verbs(training: _Subject, folder: Path) -> Iterator[_Subject]:
    """Commands on a finished run."""
    assert training.whole
    training.clear()
    fork(training.begin(), training.place)
    (run,) = (path for path in training.place.iterdir() if path.is_dir())
    run = copy(run, folder / "finished")
    words = {
        "evaluate": ("evaluate", "PLACE/run"),
        "report": ("report", "PLACE/run"),
        "look": ("look", "PLACE/run", "kernels", "--out", "PLACE/page.html"),
        "predict": ("predict", "PLACE/run", str(folder / "images" / "dark"), "--out", "PLACE/predictions.csv"),
    }
    for name, line in words.items():
        yield _Verb(name, folder / name, run, line)
    yield _Deletion("runs delete", folder / "delete", run, ("runs", "delete", "PLACE/run", "--yes"))
