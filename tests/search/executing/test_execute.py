"""Execution: whatever way is taken, each piece ends as it would alone, in a store of its own; a trial takes the way."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.search.executing.cells import broken, deadly, memory, recipe, run_store
from tests.training.harness import digits
from trasluz.api.run import open_run
from trasluz.errors import DivergedError, RequestError, WorkError
from trasluz.model.model import Model
from trasluz.recipe import Recipe
from trasluz.reporting import Reporter
from trasluz.search.executing import Done, Piece, execute, pool
from trasluz.search.executing import choice as choices
from trasluz.search.executing.choice import Choice
from trasluz.search.executing.grouping import groups_of
from trasluz.training.fit import fit
from trasluz.training.population.pace import Alone, Pace


class Told(Reporter):
    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, message: str) -> None:
        self.said.append(message)


def stacked(monkeypatch: pytest.MonkeyPatch, yes: bool) -> None:
    """Lets no clock decide."""
    import trasluz.search.executing.choice as choice

    seconds = (1.0, 2.0, 3.0) if yes else (2.0, 1.0, 3.0)
    made = lambda group, recipes, data, processes, start: Choice(1, len(group.pieces), processes, *seconds, seconds[-1])  # noqa: E731
    monkeypatch.setattr(choice, "choose_way", made)
    import importlib

    monkeypatch.setattr(importlib.import_module("trasluz.search.executing.execute"), "choose_way", made)


def assert_as_alone(found: list[Done], recipes: list[Recipe]) -> None:
    assert sorted(done.index for done in found) == list(range(len(recipes)))
    for done in found:
        assert isinstance(done.outcome, Model)
        expected = fit(recipes[done.index], digits()).networks.state_dict()
        for name, values in done.outcome.networks.state_dict().items():
            torch.testing.assert_close(values, expected[name], rtol=1e-3, atol=2e-5)


def test_pieces_of_one_shape_train_as_one_and_others_beside_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stacked(monkeypatch, True)
    recipes = [recipe(16), recipe(24), recipe(16).with_seed(3), recipe(24, epochs=2), recipe(16, epochs=2)]
    recipes.append(recipe(16).override({"phases": [{"name": "a"}, {"name": "b"}]}))
    pieces = [Piece(own, partial(run_store, tmp_path / str(i), own)) for i, own in enumerate(recipes)]
    told = Told()
    found = list(execute(pieces, digits(), told, processes=1))
    assert_as_alone(found, recipes)
    ways = {done.index: done.how for done in found}
    assert ways == {0: "population", 1: "population", 2: "population", 3: "population", 4: "population", 5: "alone"}
    assert sum("as one" in sentence for sentence in told.said) == 2
    for number, own in enumerate(recipes):
        run = open_run(tmp_path / str(number), data=digits())
        assert run.status == "finished"
        assert run.recipe.hash == own.hash
        assert len(run.folder.metrics()) == sum(train.epochs for _phase, train in own.resolved_phases())
        assert 0 <= run.evaluate("valid").metrics["accuracy"] <= 1
    kept = open_run(tmp_path / "0").info["population"]
    assert kept["members"] == 3
    assert kept["as_one_seconds"] < kept["by_processes_seconds"]


def test_processes_give_the_bits_of_a_training_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stacked(monkeypatch, False)
    recipes = [recipe().with_seed(seed) for seed in range(3)]
    recipes.append(recipe(optimiser={"name": "sgd", "learning_rate": 1e30}))
    stores = [partial(run_store, tmp_path / str(i), own) for i, own in enumerate(recipes)]
    found = list(execute([Piece(o, s) for o, s in zip(recipes, stores, strict=True)], digits(), processes=2, start=0.0))
    assert {done.how for done in found} == {"process"}
    (lost,) = (done for done in found if done.index == 3)
    assert isinstance(lost.outcome, DivergedError)
    for done in found:
        if done is lost:
            continue
        assert isinstance(done.outcome, Model)
        for name, values in fit(recipes[done.index], digits()).networks.state_dict().items():
            assert torch.equal(values, done.outcome.networks.state_dict()[name])
        assert open_run(tmp_path / str(done.index)).status == "finished"


def test_a_training_whose_process_is_killed_is_begun_anew_once(tmp_path: Path) -> None:
    long = {"phases": [{"name": "a"}, {"name": "b"}]}  # which never stacks
    recipes = [recipe().override({**long, "seed": seed}) for seed in range(2)]
    pieces = [Piece(recipes[0], partial(deadly, tmp_path / "once", 1)), Piece(recipes[1], memory)]
    assert_as_alone(list(execute(pieces, digits(), processes=2, start=0.0)), recipes)
    pieces[0] = Piece(recipes[0], partial(deadly, tmp_path / "always", 9))
    with pytest.raises(WorkError, match=r"lost its process 2 times .*SIGKILL"):
        list(execute(pieces, digits(), processes=2, start=0.0))


def test_what_cannot_be_sent_or_made_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    stacked(monkeypatch, False)
    recipes = [recipe().with_seed(seed) for seed in range(2)]
    with pytest.raises(RequestError, match="cannot be sent"):
        list(execute([Piece(own, lambda: memory()) for own in recipes], digits(), processes=2, start=0.0))
    with pytest.raises(ValueError, match="no store today"):
        list(execute([Piece(own, broken) for own in recipes], digits(), processes=2, start=0.0))


def test_the_trial_takes_the_quicker_way_and_says_why() -> None:
    told = Told()
    pieces = [Piece(recipe(epochs=40, batch=10).with_seed(seed), memory) for seed in range(6)]
    found = list(execute(pieces, digits(), told, processes=1))
    assert {done.how for done in found} == {"population"}, told.said
    (sentence,) = (said for said in told.said if "as one" in said)
    assert "6 trainings" in sentence


def test_folds_of_unequal_sizes_are_two_groups() -> None:
    from dataclasses import replace

    data, rows = digits(), np.arange(120)
    views = [replace(data, splits={"train": np.delete(rows, part), "valid": part}) for part in np.array_split(rows, 7)]
    groups = groups_of([recipe()] * 7, views)
    assert sorted(len(group.pieces) for group in groups) == [1, 6]


def test_a_run_of_a_population_is_written_in_little_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stacked(monkeypatch, True)
    recipes = [recipe(8, epochs=1, batch="full").with_seed(seed) for seed in range(60)]
    pieces = [Piece(own, partial(run_store, tmp_path / str(i), own, digits())) for i, own in enumerate(recipes)]
    started = time.process_time()
    list(execute(pieces, digits()))
    # 15 ms a run are asked for on a quiet machine; what counts here is that it is not ten times that.
    assert time.process_time() - started < 60 * 0.1


@pytest.mark.parametrize(
    ("each", "start", "pay"),
    [
        (0.1, 4.0, False),  # 10 trainings: 1 s one by one
        (0.79, 4.0, False),  # 7.9 s, or 4 + 3.95
        (0.81, 4.0, True),  # 8.1 s, or 4 + 4.05
        (0.1, 0.4, True),
        (60.0, 4.0, True),
    ],
)
def test_processes_are_taken_where_their_start_is_made_up_for(
    monkeypatch: pytest.MonkeyPatch, each: float, start: float, pay: bool
) -> None:
    alone = Alone(each, each)
    monkeypatch.setattr(choices, "seconds_alone", lambda _recipe, _data: alone)
    recipes = [recipe()] * 10
    assert choices.processes_pay(range(10), recipes, [digits()] * 10, {}, 2, start) is pay
    assert choices.processes_pay(range(10), recipes, [], dict.fromkeys(range(10), alone), 2, start) is pay


@pytest.mark.parametrize(("one_thread", "all_threads", "pay"), [(10.0, 9.0, True), (10.0, 5.0, False)])
def test_what_two_threads_halve_gains_nothing_by_two_processes(
    one_thread: float, all_threads: float, pay: bool
) -> None:
    known = dict.fromkeys(range(10), Alone(one_thread, all_threads))
    assert choices.processes_pay(range(10), [recipe()] * 10, [], known, 2, 4.0) is pay


def test_one_long_training_among_short_ones_is_what_processes_wait_for() -> None:
    assert choices.seconds_by_processes([10.0, 1.0, 1.0], 2, 4.0) == 14.0
    assert choices.seconds_by_processes([5.0, 5.0, 5.0, 5.0], 2, 4.0) == 14.0
    assert choices.seconds_by_processes([5.0], 2, 4.0) == 5.0  # which no process is started for


def test_a_group_goes_the_quickest_of_three_ways() -> None:
    ways = {(1.0, 2.0, 3.0): "as one", (3.0, 2.0, 9.0): "by processes", (3.0, 4.5, 2.0): "one by one"}
    for seconds, way in ways.items():
        choice = Choice(2, 2, 2, *seconds, seconds[-1])
        assert choice.stacked is (way == "as one")
        assert f"go on {way}: about" in choice.sentence(seconds[1] < seconds[2])


def test_short_trainings_start_no_process_and_long_ones_do() -> None:
    alone = {"phases": [{"name": "a"}, {"name": "b"}]}  # which never stacks
    pieces = [Piece(recipe().override({**alone, "seed": seed}), memory) for seed in range(3)]
    short = list(execute(pieces, digits(), processes=2, start=60.0))
    assert {done.how for done in short} == {"alone"}
    long = list(execute(pieces, digits(), processes=2, start=0.0))
    assert {done.how for done in long} == {"process"}
    assert 0.1 < pool.start_seconds() < 60  # as these two took


@pytest.mark.parametrize(("otherwise", "measured"), [(300.0, [64]), (10.0, [64, 128]), (19.0, [64, 128])])
def test_of_many_networks_a_part_is_tried_and_all_only_where_that_leaves_a_doubt(
    monkeypatch: pytest.MonkeyPatch, otherwise: float, measured: list[int]
) -> None:
    tried: list[int] = []

    def pace(recipes: list[Recipe], _data: object) -> Pace:
        tried.append(len(recipes))
        return Pace(len(recipes) * 0.01, 5)  # seconds of a step, steps of an epoch

    monkeypatch.setattr(choices, "pace_together", pace)
    recipes = [recipe(epochs=2)] * 128
    assert choices._seconds_as_one(recipes, [digits()] * 128, otherwise) == pytest.approx(12.8)
    assert tried == measured
