"""Workers of one host: every trial once, whoever is killed; what is drawn; what is stopped; what it costs."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest

from tests.search.trials.made_search import (
    BATCH,
    RATE,
    Made,
    create,
    forked,
    kill_again_and_again,
    made_study,
    queue_of,
    score_of,
    trials_of,
    work,
)
from trasluz.errors import RecipeError
from trasluz.reporting import Reporter
from trasluz.search.trials.place import Place

LIMIT = 0.010  # seconds of processor time for each trial; 0.004 were measured on a busy machine


def test_a_grid_is_tried_in_its_order_each_point_once(tmp_path: Path) -> None:
    place = Place("made", tmp_path)
    plan = create(place, made_study(over={RATE: [0.001, 0.01], BATCH: [16, 32]}))
    done = work(place, plan, Made())
    found = [(t.params[RATE], t.params[BATCH]) for t in trials_of(place, plan)]
    assert found == [(0.001, 16), (0.001, 32), (0.01, 16), (0.01, 32)]
    assert done.standing.best is not None
    assert (done.standing.best.point, done.standing.done) == (2, 4)
    again = Made()
    work(place, plan, again)
    assert again.trained == 0


def test_random_points_do_not_depend_on_who_draws_them(tmp_path: Path) -> None:
    study = made_study(search={"sampler": "random", "trials": 8})
    found = []
    for name, interrupted in (("one", False), ("two", True)):
        place = Place(name, tmp_path / name)
        place.folder.mkdir()
        plan = create(place, study)
        if interrupted:
            with queue_of(place, plan, Reporter()) as queue:
                claimed = [queue.claim() for _ in range(3)]
                queue.give_back(next(one for one in claimed if one is not None))
        work(place, plan, Made())
        found.append({t.user_attrs["point"]: t.params for t in trials_of(place, plan)})
    assert found[0] == found[1]
    assert len({tuple(point.items()) for point in found[0].values()}) == 8


def test_tpe_finds_a_better_rate_than_the_first_ten_random_ones(tmp_path: Path) -> None:
    place = Place("made", tmp_path)
    plan = create(place, made_study(search={"sampler": "tpe", "trials": 40}))
    work(place, plan, Made())
    values = [t.value for t in sorted(trials_of(place, plan), key=lambda t: t.number)]
    assert sum(values[25:]) / 15 > sum(values[:10]) / 10


def test_conditions_draw_a_field_only_where_they_hold(tmp_path: Path) -> None:
    over = {
        "train.optimiser.name": ["adam", "sgd"],
        "train.optimiser.momentum": {"low": 0.5, "high": 0.9, "when": {"train.optimiser.name": "sgd"}},
    }
    place = Place("made", tmp_path)
    plan = create(place, made_study(over=over, search={"sampler": "random", "trials": 12}))
    work(place, plan, Made())
    found = trials_of(place, plan)
    assert {t.params["train.optimiser.name"] for t in found} == {"adam", "sgd"}
    assert all(("train.optimiser.momentum" in t.params) == (t.params["train.optimiser.name"] == "sgd") for t in found)


def test_successive_halving_stops_most_trials_and_keeps_the_best(tmp_path: Path) -> None:
    place = Place("made", tmp_path)
    search = {"sampler": "random", "trials": 30, "pruner": "asha"}
    plan = create(place, made_study(set={"train.epochs": 9}, search=search))
    work(place, plan, Made())
    states = Counter(t.state.name for t in trials_of(place, plan))
    assert states["PRUNED"] > states["COMPLETE"] > 0
    best = max(trials_of(place, plan), key=lambda t: t.intermediate_values[1])
    assert best.state.name == "COMPLETE"


def test_a_metric_that_no_cell_has_is_refused_and_its_trial_waits(tmp_path: Path) -> None:
    place = Place("made", tmp_path)
    plan = create(place, made_study(search={"metric": "valid/ssim", "sampler": "random", "trials": 3}))
    with pytest.raises(RecipeError, match=r"search.metric: no run has ssim; measured are accuracy\."):
        work(place, plan, Made())
    assert {t.state.name for t in trials_of(place, plan)} == {"WAITING"}


def test_minutes_end_a_search_without_a_number_of_trials(tmp_path: Path) -> None:
    place = Place("made", tmp_path)
    plan = create(place, made_study(search={"sampler": "random", "minutes": 0.02}))
    start = time.monotonic()
    work(place, plan, Made(seconds=0.05))
    assert time.monotonic() - start < 5
    assert {t.state.name for t in trials_of(place, plan)} == {"COMPLETE"}
    assert 3 <= len(trials_of(place, plan)) <= 24


def test_a_line_that_a_kill_left_unfinished_is_cut_off(tmp_path: Path) -> None:
    place = Place("made", tmp_path)
    plan = create(place, made_study(search={"sampler": "random", "trials": 4}))
    with (tmp_path / "trials.jsonl").open("ab") as journal:
        journal.write(b'{"op_code":6,"worker_')
    work(place, plan, Made())
    assert [t.state.name for t in trials_of(place, plan)] == ["COMPLETE"] * 4


def test_workers_that_are_killed_again_and_again_lose_no_cell_and_do_none_twice(tmp_path: Path) -> None:
    place = Place("made", tmp_path)
    marks = tmp_path / "marks"
    marks.mkdir()
    plan = create(place, made_study(seeds=2, search={"sampler": "random", "trials": 40}))
    begin = lambda: forked(lambda: work(place, plan, Made(marks, 0.05)))  # noqa: E731 - one line
    killed = kill_again_and_again(begin, workers=2, every=0.25, least=6, limit=90)
    found = trials_of(place, plan)
    assert killed >= 6
    assert sorted(t.user_attrs["point"] for t in found) == list(range(40))
    assert {t.state.name for t in found} == {"COMPLETE"}
    assert sorted(path.name for path in marks.iterdir()) == sorted(f"trial-{p}-{n}" for p in range(40) for n in (0, 1))
    for trial in found:
        cells = plan.cells(trial.user_attrs["point"], plan.space.of_labels(trial.params))
        assert trial.value == pytest.approx(sum(map(score_of, cells)) / 2)
    assert not list(tmp_path.glob(".worker-*"))


def test_a_thousand_trivial_cells_cost_little_each_and_the_last_no_more_than_the_first(tmp_path: Path) -> None:
    place = Place("made", tmp_path)
    plan = create(place, made_study(search={"sampler": "random", "trials": 1000}))
    stamps = [time.process_time()]

    class Timed(Made):
        def train(self, *words: object, **more: object):  # type: ignore[no-untyped-def]  # as its base
            for done in super().train(*words, **more):  # type: ignore[arg-type]  # as its base
                yield done
                stamps.append(time.process_time())

    work(place, plan, Timed())
    each = (stamps[-1] - stamps[0]) / 1000
    first, last = (stamps[250] - stamps[0]) / 250, (stamps[-1] - stamps[-251]) / 250
    print(f"{1000 * each:.2f} ms each, {1000 * first:.2f} ms at first, {1000 * last:.2f} ms at the end")
    assert each < LIMIT
