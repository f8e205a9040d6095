"""The plans of nested folds: which recipes a search inside an outer fold trains, and which its fold judges."""

from __future__ import annotations

from tests.search.trials.made_search import RATE, Made, made_study, score_of
from trasluz.recipe.study import Study
from trasluz.search.trials.nested import Chosen, InnerPlan, JudgedPlan, Judging, OuterFold

GRID = {"over": {RATE: [0.001, 0.01]}}
OUTER = {"count": 3, "seed": 7}


def _study(**more: object) -> Study:
    return made_study(**{**GRID, "outer": OUTER, **more})


def test_every_cell_inside_an_outer_fold_holds_it_out() -> None:
    plan = InnerPlan.inside(_study(folds={"count": 2}), OuterFold(1))
    (first, second) = plan.cells(0, {RATE: 0.01})
    held = first.recipe.data.test_fold
    assert held is not None
    assert (held.index, held.count, held.seed) == (1, 3, 7)
    assert [cell.recipe.data.fold.index for cell in (first, second) if cell.recipe.data.fold is not None] == [0, 1]
    assert first.recipe.name == "outer-1-trial-0"


def test_another_dealing_is_another_fold() -> None:
    study = _study(outer={"count": 3, "repeats": 2})
    once, again = (InnerPlan.inside(study, OuterFold(1, repeat)).cells(0, {RATE: 0.01})[0] for repeat in (0, 1))
    assert once.recipe_hash != again.recipe_hash
    assert again.recipe.name == "outer-1-again-1-trial-0"


def test_what_was_chosen_is_trained_on_all_samples_outside_of_its_fold() -> None:
    study = _study(folds={"count": 2}, seeds=2)
    plan = JudgedPlan.judging(study, [OuterFold(0), OuterFold(1)], [Chosen("trial-1", {RATE: 0.01}, 0.9)] * 2)
    cells = plan.cells(1, {})
    assert (plan.points, plan.split, plan.cells_of_each, plan.compares) == (2, "test", 2, False)
    assert [cell.recipe.seed for cell in cells] == [cells[0].recipe.seed, cells[0].recipe.seed + 1]
    for cell in cells:
        assert cell.recipe.data.fold is None
        assert cell.recipe.data.test_fold is not None
        assert cell.recipe.data.test_fold.index == 1
        assert cell.recipe.train.optimiser.learning_rate == 0.01


def test_without_inner_folds_it_is_the_very_recipe_by_which_it_was_chosen() -> None:
    study, fold = _study(), OuterFold(2)
    (inside,) = InnerPlan.inside(study, fold).cells(1, {RATE: 0.01})
    (judged,) = JudgedPlan.judging(study, [fold], [Chosen("trial-1", {RATE: 0.01}, 0.9)]).cells(0, {})
    assert judged.recipe_hash == inside.recipe_hash


def test_a_record_says_what_was_chosen_and_by_which_score() -> None:
    plan = JudgedPlan.judging(_study(), [OuterFold(0)], [Chosen("trial-1", {RATE: 0.01}, 0.9)])
    (done,) = Judging(Made(), plan).train(plan.cells(0, {}), None, True)
    assert done.record["chosen"] == {"trial": "trial-1", "values": {RATE: 0.01}, "inner": 0.9}
    assert done.record["scores"]["accuracy"] == score_of(done.cell)
