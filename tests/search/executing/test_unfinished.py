"""Who trains as one and is stopped goes on as if nobody had: the same bits, also of some without the others."""

from __future__ import annotations

import os
import signal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.search.executing.cells import recipe, run_store
from tests.search.executing.test_execute import Told, stacked
from tests.training.harness import WALL_CLOCK, Killed, digits
from trasluz.errors import DivergedError, Interrupted
from trasluz.model.model import Model
from trasluz.recipe import Recipe
from trasluz.runs.folder import RunFolder
from trasluz.search.executing import Done, Piece, execute
from trasluz.search.executing.unfinished import sweep
from trasluz.training.fit import fit
from trasluz.training.population import loop
from trasluz.training.population.engine import StackedEngine

EVERYTHING: list[dict[str, Any]] = [
    {"seed": 0},
    {"seed": 1, "train.ema": 0.9, "train.clip": 0.5},
    {"seed": 0, "train.epochs": 2},
    {"seed": 2, "train.early_stopping": {"monitor": "valid/loss", "patience": 1, "min_delta": 10.0}},
    {"seed": 3, "train.optimiser.learning_rate": 0.02, "train.schedule.name": "cosine"},
]


def stop_after(monkeypatch: pytest.MonkeyPatch, steps: int, killed: bool = False) -> None:
    """Asks to stop after so many steps of populations, as Ctrl-C does, or ends the process in the midst of them."""
    left, step = [steps], StackedEngine.step

    def stepped(engine: StackedEngine, *words: Any) -> Any:
        found = step(engine, *words)
        left[0] -= 1
        if left[0] == 0:
            if killed:
                raise Killed
            os.kill(os.getpid(), signal.SIGINT)
        return found

    monkeypatch.setattr(StackedEngine, "step", stepped)


def pieces_of(recipes: list[Recipe], folder: Path) -> list[Piece]:
    return [Piece(own, partial(run_store, folder / str(i), own)) for i, own in enumerate(recipes)]


def weights(done: list[Done]) -> dict[int, dict[str, torch.Tensor]]:
    return {d.index: d.outcome.networks.state_dict() for d in done if isinstance(d.outcome, Model)}


def records(folder: Path, number: int) -> list[list[dict[str, Any]]]:
    run = RunFolder(folder / str(number))
    return [
        [{n: v for n, v in one.items() if n not in WALL_CLOCK} for one in kept] for kept in (run.metrics(), run.steps())
    ]


def interrupted(pieces: list[Piece], place: Path, after: int, error: type[BaseException] = Interrupted) -> list[Done]:
    """What was given until the ``after``-th step, after which it was stopped."""
    found: list[Done] = []
    with pytest.MonkeyPatch.context() as patch:
        stop_after(patch, after, error is Killed)
        with pytest.raises(error):
            found += execute(pieces, digits(), Told(), place, processes=1)
    return found


@pytest.mark.parametrize(
    ("optimiser", "network", "after"),
    [
        ({"name": "adamw", "weight_decay": 0.1}, {}, 1),
        ({"name": "adam", "rule": "keras", "eps": 1e-7}, {}, 4),
        ({"name": "nadam"}, {"norm": {}}, 7),
        ({"name": "sgd", "momentum": 0.9}, {"dropout": 0.3}, 3),
    ],
    ids=lambda value: str(value.get("name", "")) if isinstance(value, dict) else str(value),
)
def test_it_goes_on_with_the_bits_of_one_that_was_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, optimiser: dict[str, Any], network: dict[str, Any], after: int
) -> None:
    stacked(monkeypatch, True)
    first = recipe(16, optimiser={"learning_rate": 3e-3, **optimiser}).override(
        {f"model.network.{name}": value for name, value in network.items()}
    )
    recipes = [first.override(change) for change in EVERYTHING]
    place = tmp_path / "together"
    whole = weights(list(execute(pieces_of(recipes, tmp_path / "whole"), digits(), Told(), processes=1)))
    pieces = pieces_of(recipes, tmp_path / "parts")
    found = interrupted(pieces, place, after)
    left = [piece for i, piece in enumerate(pieces) if i not in {done.index for done in found}]
    told = Told()
    went_on = list(execute(left, digits(), told, place, processes=1))
    assert f"{len(left)} trainings go on as one from step {after}." in told.said
    numbers = [i for i in range(len(recipes)) if i not in {done.index for done in found}]
    parts = weights(found) | {numbers[i]: own for i, own in weights(went_on).items()}
    assert parts.keys() == whole.keys() == set(range(len(recipes)))
    for number, own in whole.items():
        for name, values in own.items():
            assert torch.equal(values, parts[number][name]), (number, name)
        assert records(tmp_path / "parts", number) == records(tmp_path / "whole", number)
        ours, theirs = (RunFolder(tmp_path / kind / str(number)).info() for kind in ("parts", "whole"))
        assert ours["status"] == theirs["status"] == "finished"
        assert ours["population"].keys() == theirs["population"].keys()
        assert (ours["stop_reason"] is None) == (theirs["stop_reason"] is None)
    assert not list(place.glob("*/*"))


def test_each_of_two_processes_goes_on_with_its_own_members(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stacked(monkeypatch, True)
    recipes = [recipe().override(change) for change in EVERYTHING]
    place, pieces = tmp_path / "together", pieces_of(recipes, tmp_path / "runs")
    assert not interrupted(pieces, place, 2)
    for own in ([0, 3], [1, 2, 4]):
        told = Told()
        found = list(execute([pieces[i] for i in own], digits(), told, place, processes=1))
        assert f"{len(own)} trainings go on as one from step 2." in told.said
        for done in found:
            assert isinstance(done.outcome, Model)
            expected = fit(recipes[own[done.index]], digits()).networks.state_dict()
            for name, values in done.outcome.networks.state_dict().items():
                torch.testing.assert_close(values, expected[name], rtol=1e-3, atol=2e-5)
    hashes = {run.recipe().hash for run in map(RunFolder, (tmp_path / "runs").iterdir())}
    assert len(list(place.iterdir())) == 1
    sweep(place, lambda known: known in hashes and known != recipes[1].hash)
    assert len(list(place.iterdir())) == 1
    sweep(place, hashes.__contains__)
    assert not place.exists()


def test_a_kill_costs_what_came_after_the_last_checkpoint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stacked(monkeypatch, True)
    monkeypatch.setattr(loop, "_LEAST", 0)
    recipes = [recipe(checkpoint_minutes=0).with_seed(seed) for seed in range(2)]
    place, pieces = tmp_path / "together", pieces_of(recipes, tmp_path / "runs")
    interrupted(pieces, place, 5, Killed)
    assert [path.name for path in sorted(place.glob("*/0*"))] == ["000000003", "000000004"]
    damaged = next(place.glob("*/000000004")) / "state.safetensors"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    told = Told()
    found = list(execute(pieces, digits(), told, place, processes=1))
    assert "2 trainings go on as one from step 3." in told.said
    whole = weights(list(execute(pieces_of(recipes, tmp_path / "whole"), digits(), Told(), processes=1)))
    for number, own in weights(found).items():
        assert all(torch.equal(values, whole[number][name]) for name, values in own.items())


def test_who_diverged_before_the_stop_is_told_after_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stacked(monkeypatch, True)
    plain = recipe(optimiser={"name": "sgd", "learning_rate": 0.01})
    recipes = [plain, plain.override({"train.optimiser.learning_rate": 1e30})]
    place, pieces = tmp_path / "together", pieces_of(recipes, tmp_path / "runs")
    interrupted(pieces, place, 2)
    first, lost = sorted(execute(pieces, digits(), Told(), place, processes=1), key=lambda done: done.index)
    assert isinstance(first.outcome, Model)
    assert isinstance(lost.outcome, DivergedError)
    failure = RunFolder(tmp_path / "runs" / "1").info()["failure"]
    assert (failure["epoch"], failure["global_step"]) == (1, 1)


def test_what_is_no_state_of_these_trainings_is_told_and_begun_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stacked(monkeypatch, True)
    recipes = [recipe().with_seed(seed) for seed in range(2)]
    place, pieces = tmp_path / "together", pieces_of(recipes, tmp_path / "runs")
    interrupted(pieces, place, 2)
    warned: list[str] = []

    class Ear(Told):
        def warn(self, message: str) -> None:
            warned.append(message)

    monkeypatch.setattr(StackedEngine, "load_state_dict", lambda *_words: {}["no such thing"])
    found = list(execute(pieces, digits(), Ear(), place, processes=1))
    assert len(weights(found)) == 2
    (sentence,) = warned
    assert "begins anew" in sentence
    assert not list(place.glob("*/*"))


def test_whoever_takes_no_more_of_them_loses_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stacked(monkeypatch, True)
    recipes = [recipe().override(change) for change in EVERYTHING]
    place, pieces = tmp_path / "together", pieces_of(recipes, tmp_path / "runs")
    running = execute(pieces, digits(), Told(), place, processes=1)
    first = next(running)
    running.close()  # type: ignore[attr-defined]  # it is a generator
    assert first.index in (2, 3)
    told = Told()
    left = [piece for i, piece in enumerate(pieces) if not (tmp_path / "runs" / str(i) / "run.json").is_file()]
    assert len(left) < len(pieces)
    list(execute(left, digits(), told, place, processes=1))
    assert f"{len(left)} trainings go on as one from step 6." in told.said
