"""A study of very many variants shows the best in its pictures, says so, and has all of them in the table."""

from __future__ import annotations

import json
import re
import time

import pytest
from scipy.special import expit, logit

from trasluz.draw.history import History, read_history
from trasluz.draw.resting import StudyResting
from trasluz.draw.study import variants_figure
from trasluz.recipe.study import Study
from trasluz.report.leaders import about_leaders, leaders
from trasluz.report.study import Shown, write_study_page
from trasluz.search.table import Result, Table, make_table

METRICS = ("accuracy", "loss", *(f"number_{i}" for i in range(8)))
LIMIT = 0.010  # seconds of processor time for each variant; 0.0014 were measured


def _accuracy(number: int, count: int) -> float:
    """Different for each, in no order: 7919 is a prime."""
    return 0.5 + 0.4 * (number * 7919 % count) / count


def _study(count: int) -> Study:
    variants = {f"rate-{i}": {"train.optimiser.rate": 1e-4 * (i + 1)} for i in range(count)}
    return Study(name="made", base="digits-cnn", variants=variants, seeds=1, metrics=("accuracy",))


def _table(study: Study) -> Table:
    count = len(study.variants)
    scores = [{**dict.fromkeys(METRICS, 0.5), "accuracy": _accuracy(i, count)} for i in range(count)]
    results = [Result(f"rate-{i}", 0, f"run-{i}", own) for i, own in enumerate(scores)]
    return make_table(results, study.variants, study.compared_with, study.metrics)


def _histories(study: Study) -> dict[str, list[History]]:
    records = [
        {"phase": "main", "epoch": epoch, **dict.fromkeys((f"valid/{m}" for m in METRICS), 0.5)} for epoch in (1, 2)
    ]
    return {name: [read_history(records)] for name in study.variants}


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, float]:
    """The page of a thousand variants with ten metrics, and the processor time that each variant cost."""
    study, folder = _study(1000), tmp_path_factory.mktemp("study")
    start = time.process_time()
    shown = Shown(_histories(study), {}, {}, StudyResting("v0", None, (), few=False), 1000)
    page = write_study_page(folder, study, _table(study), shown, "en")
    return page.read_text(encoding="utf-8"), (time.process_time() - start) / 1000


def test_pictures_of_few_variants_show_all_in_the_order_of_the_study() -> None:
    table = _table(_study(30))
    assert leaders(table) is table
    assert about_leaders(table) is None


def test_pictures_of_many_variants_show_the_best_and_the_reference() -> None:
    rows = leaders(_table(_study(1000))).rows
    best = sorted(range(1000), key=lambda i: -_accuracy(i, 1000))[:30]
    assert [row.variant for row in rows] == [*(f"rate-{i}" for i in best), "rate-0"]


def test_where_less_is_better_the_best_are_the_smallest_and_what_has_no_number_comes_last() -> None:
    names = [f"v{i}" for i in range(40)]
    results = [Result(name, 0, name, {"loss": float(i)}) for i, name in enumerate(names[:-12])]
    table = make_table(results, {name: {} for name in reversed(names)}, "v0", ("loss",))
    shown = [row.variant for row in leaders(table).rows]
    assert shown[:28] == names[:28]
    assert len(shown) == 30


def test_a_thousand_variants_cost_less_than_ten_milliseconds_each(large: tuple[str, float]) -> None:
    assert large[1] < LIMIT


def test_the_page_of_a_thousand_says_what_it_leaves_out_and_its_table_has_all(large: tuple[str, float]) -> None:
    page, _each = large
    assert page.count("Shown are the 30 best of 1\u202f000") == 1
    assert page.count("Shown are the 8 best of 1\u202f000") == 1
    assert "Se muestran las 30 mejores" in page
    in_table = re.findall(r'<th scope="row" data-value="(rate-\d+)">', page)
    assert in_table == [f"rate-{i}" for i in sorted(range(1000), key=lambda i: -_accuracy(i, 1000))]


def test_every_run_is_a_dot_and_every_mean_has_its_interval() -> None:
    results = [Result(name, seed, "", {"accuracy": value}) for name, seed, value in _two_by_three()]
    figure = json.loads(variants_figure(make_table(results, {"a": {}, "b": {}}, "a"), "accuracy").to_json())
    runs, *means = figure["data"]
    assert list(zip(runs["y"], runs["x"], strict=True)) == [(int(n == "b"), v) for n, _seed, v in _two_by_three()]
    assert runs["marker"]["color"] == [means[0]["marker"]["color"]] * 3 + [means[1]["marker"]["color"]] * 3
    # Student's t of three values that lie 0.1 apart, 4.302653 · 0.1 / √3, on the logit of the mean
    for mean, middle in zip(means, (0.6, 0.8), strict=True):
        reach = 0.248414 / (middle * (1 - middle))
        assert mean["error_x"]["array"] == pytest.approx([expit(logit(middle) + reach) - middle], abs=1e-6)
        assert mean["error_x"]["arrayminus"] == pytest.approx([middle - expit(logit(middle) - reach)], abs=1e-6)
    assert [mean["x"] for mean in means] == [pytest.approx([0.6]), pytest.approx([0.8])]


def _two_by_three() -> list[tuple[str, int, float]]:
    return [("a", 0, 0.5), ("a", 1, 0.6), ("a", 2, 0.7), ("b", 0, 0.7), ("b", 1, 0.8), ("b", 2, 0.9)]
