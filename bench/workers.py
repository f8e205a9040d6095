"""Workers that are killed: two on one host with one folder, four on two hosts with one PostgreSQL and no folder shared.

Every five seconds the oldest worker is killed (SIGKILL) and another started in its place, until the search is done.
Counted are cells that are lost, cells that are done twice in the search's trials, and runs that were trained to their
end twice.

    python -m bench.workers [--cells 60] [--every 5] [--only one-host two-hosts]
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import trasluz as tz
from bench.hosts import NoHostsError, Program, hosts
from bench.run import write
from tests.search.trials.postgres import USER, server
from trasluz.errors import RunError
from trasluz.reporting import Reporter
from trasluz.runs.folder import RunFolder
from trasluz.search.folder import StudyFolder
from trasluz.search.trials.patience import Patience
from trasluz.search.trials.place import Place
from trasluz.search.trials.standing import CELL, POINT

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

_LIMIT = 900.0  # seconds of one case, which takes a minute where nothing else runs, after which it has failed
_LAST = 60.0  # seconds for workers to end by themselves when nothing is left
_PORT = 54329
OVER = {
    "train.optimiser.learning_rate": {"low": 1e-4, "high": 1e-1, "log": True},
    "train.batch": [32, 64],
}

# TPE gives each worker a cell at a time; what trains together would be lost together, before it could come to its end.
SMALL = {"train.epochs": 2, "model.network": {"name": "dense", "hidden": [32]}}


@dataclass(frozen=True)
class Counts:
    """What came of a search whose workers were killed."""

    cells: int
    killed: int
    lost: int
    twice: int
    trained_twice: int
    seconds: float

    def line(self, case: str, workers: str) -> str:
        """A row of the table."""
        numbers = (self.cells, self.killed, self.lost, self.twice, self.trained_twice, f"{self.seconds:.0f}")
        return "| " + " | ".join((case, workers, *map(str, numbers))) + " |"


def one_host(base: Path, cells: int, every: float) -> Counts:
    """Two workers of one folder."""
    made = _search(base / "runs", cells, None)
    command = _worker(str(made.path))
    log = base / "workers.log"
    begin = partial(Program, command, log, os.environ)
    return _killed([begin, begin], Place.of(made.path), [made.runs], cells, every)


def two_hosts(base: Path, cells: int, every: float) -> Counts:
    """Two workers on each of two hosts that share nothing but the database.

    Raises:
        NoHostsError: no hosts can be made here.
    """
    names = ("host-one", "host-two")
    folders = {name: base / name for name in ("maker", *names)}
    for folder in folders.values():
        folder.mkdir()
    hidden = {name: [path for other, path in folders.items() if other != name] for name in names}
    with ExitStack() as stack:
        database = stack.enter_context(server(_PORT))
        made = _search(folders["maker"], cells, database.url)
        there = stack.enter_context(hosts(names, hidden))
        begins: list[Callable[[], Program]] = []
        for host in there:
            url = f"postgresql://{USER}@{host.outside}:{_PORT}/postgres"
            command = _worker(url, made.path.name, "--runs", str(folders[host.name]))
            log = base / f"{host.name}.log"
            begins += [partial(host.start, command, log, os.environ)] * 2
        place = Place(made.path.name, made.path, database.url)
        runs = [folders[name] / made.path.name / "runs" for name in names]
        return _killed(begins, place, runs, cells, every)


def _search(runs: Path, cells: int, url: str | None) -> StudyFolder:
    """A search whose trials all wait."""
    runs.mkdir(exist_ok=True)
    asked: dict[str, Any] = {"over": OVER, "set": SMALL, "trials": cells, "sampler": "tpe"}
    found = tz.search_settings("digits-cnn", **asked, storage=url, runs=runs, work=False)
    return StudyFolder(found.path)


def _worker(*words: str) -> list[str]:
    return [sys.executable, "-m", "trasluz", "search", "worker", *words]


def _killed(
    begins: Sequence[Callable[[], Program]], place: Place, runs: Sequence[Path], cells: int, every: float
) -> Counts:
    """Starts the workers, kills one of them every ``every`` seconds, and counts when the search is done.

    Raises:
        RuntimeError: the search did not end in time, or a worker ended by itself before.
    """
    started, killed = time.monotonic(), 0
    storage = Patience(place.shown, Reporter())(place.open)
    study = storage.storage.get_study_id_from_name(place.name)
    workers = [begin() for begin in begins]
    try:
        for number in itertools.count(1):
            while time.monotonic() < started + number * every and not _done(storage.storage, study, cells):
                time.sleep(0.2)
            if _done(storage.storage, study, cells):
                break
            if time.monotonic() > started + _LIMIT:
                raise RuntimeError(f"the search was not done after {_LIMIT:.0f} seconds and {killed} kills")
            if any(worker.code for worker in workers):
                raise RuntimeError("a worker ended by itself before the search was done")
            which = killed % len(workers)  # the oldest, so that each has some time after it has come to life
            workers[which].kill()
            killed += 1
            workers[which] = begins[which]()
        seconds = time.monotonic() - started
        _wait(workers)
        trials = storage.storage.get_all_trials(study)
    finally:
        for worker in workers:
            if worker.running:
                worker.kill()
        storage.close()
    done = Counter(
        (trial.user_attrs[POINT], key)
        for trial in trials
        if trial.state.name == "COMPLETE"
        for key in trial.user_attrs
        if key.startswith(CELL)
    )
    twice = sum(count - 1 for count in done.values())
    return Counts(cells, killed, cells - len(done), twice, _trained_twice(runs), seconds)


def _wait(workers: Sequence[Program]) -> None:
    """Until all have ended by themselves, each with the whole search.

    Raises:
        RuntimeError: one has not, or not well.
    """
    until = time.monotonic() + _LAST
    while any(worker.running for worker in workers) and time.monotonic() < until:
        time.sleep(0.2)
    if any(worker.code != 0 for worker in workers):
        raise RuntimeError(f"not all workers ended well within {_LAST:.0f} seconds of the end of the search")


def _done(storage: BaseStorage, study: int, cells: int) -> bool:
    """Whether as many trials as there are cells are complete, and none waits or runs."""
    states = Counter(trial.state.name for trial in storage.get_all_trials(study, deepcopy=False))
    return states["COMPLETE"] >= cells and not states["RUNNING"] and not states["WAITING"]


def _trained_twice(runs: Sequence[Path]) -> int:
    """How many finished runs there are beyond one for each recipe."""
    found: Counter[str] = Counter()
    for folder in (path for parent in runs if parent.is_dir() for path in parent.iterdir()):
        try:
            info = RunFolder(folder).info()
        except RunError:  # one that a kill left before it said anything
            continue
        if info["status"] == "finished":
            found[str(info["recipe_hash"])] += 1
    return sum(count - 1 for count in found.values())


CASES = {
    "one-host": ("one host, one folder", one_host, "2"),
    "two-hosts": ("two hosts, PostgreSQL, no folder shared", two_hosts, "4"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=60)
    parser.add_argument("--every", type=float, default=5.0)
    parser.add_argument("--only", nargs="+", choices=tuple(CASES), default=tuple(CASES))
    asked = parser.parse_args()
    lines = [
        "### Workers that are killed: digits, a dense network, two epochs a cell",
        "",
        f"Every {asked.every:g} s the oldest worker is killed (SIGKILL) and another started in its place. Hosts are",
        "namespaces of the kernel, each with a network, a name, process numbers and a folder of its own, and one",
        "PostgreSQL.",
        "",
        "| case | workers | cells | killed | cells lost | cells done twice | trained to the end twice | seconds |",
        "| --- |" + " --- |" * 7,
    ]
    with tempfile.TemporaryDirectory() as folder:
        for case, measure, workers in (CASES[name] for name in asked.only):
            base = Path(folder) / measure.__name__
            base.mkdir()
            try:
                lines.append(measure(base, asked.cells, asked.every).line(case, workers))
            except NoHostsError as error:
                lines.append(f"| {case} | {workers} | not measured: {error} | | | | | |")
            print(lines[-1], file=sys.stderr)
    write("workers", [*lines, ""])


if __name__ == "__main__":
    main()
