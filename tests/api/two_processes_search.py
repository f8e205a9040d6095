"""What each of two processes runs in ``test_search_processes.py``: one search, which the first leads."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from tests.training.harness import two_process_recipe
from trasluz import api
from trasluz.api import search_processes
from trasluz.api.searching import SearchResult
from trasluz.errors import Interrupted, RequestError

RATE = "train.optimiser.learning_rate"


def main(where: Path, rates: list[float], more: dict[str, Any], stop_at: int) -> None:
    rank = int(os.environ["RANK"])
    if rank == 1 and stop_at:
        _ask_to_stop_at(stop_at)
    recipe = two_process_recipe(1).override({"data.source": "digits", "data.limit": 200, "train.epochs": 2})
    try:
        found = api.search_settings(recipe, over={RATE: rates}, runs=where / "runs", **more)
        assert isinstance(found, SearchResult)
        told = {"best": None if found.best is None else found.best.name, "path": str(found.path)}
    except Interrupted as error:
        told = {"interrupted": str(error)}
    except RequestError as error:
        told = {"refused": str(error)}
    (where / f"rank-{rank}.json").write_text(json.dumps(told))


def _ask_to_stop_at(number: int) -> None:
    """The second process gets a signal while it is on its way to its ``number``-th training."""
    real, begun = search_processes.train, []

    def train(*words: Any, **settings: Any) -> Any:
        begun.append(1)
        if len(begun) == number:
            os.kill(os.getpid(), signal.SIGINT)
        return real(*words, **settings)

    search_processes.train = train  # type: ignore[assignment]  # in this process, which ends with the test


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]), json.loads(sys.argv[3]), int(sys.argv[4]))
