from __future__ import annotations

import math
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trasluz.draw import names, notebook
from trasluz.draw.colours import OKABE_ITO, class_colours
from trasluz.draw.confusion import confusion_matrix, most_confused, row_shares
from trasluz.draw.counts import class_counts, split_sizes
from trasluz.draw.curves import learning_curves, learning_rate
from trasluz.draw.history import read_history
from trasluz.draw.live import LiveCurves, in_notebook
from trasluz.draw.per_class import per_class_table
from trasluz.draw.reliability import reliability_diagram
from trasluz.messages import language
from trasluz.runs.evaluation import Evaluation


def _records(epochs: int, phase: str = "train", first: float = 1.0) -> list[dict[str, Any]]:
    return [
        {
            "phase": phase,
            "epoch": e,
            "step": 10 * e,
            "train/loss": first / e,
            "valid/loss": first / e + 0.1 * (e > 3),
            "rate": 0.1 / e,
        }
        for e in range(1, epochs + 1)
    ]


def test_both_splits_are_drawn_at_the_epochs_where_they_were_measured() -> None:
    records = _records(4)
    del records[1]["valid/loss"]
    figure = learning_curves(read_history(records), "loss")
    train, valid = figure.data
    assert list(train.x) == [1, 2, 3, 4]
    assert list(valid.x) == [1, 3, 4]
    assert valid.name == "validation"


def test_epochs_of_a_second_phase_go_on_counting_and_the_phase_is_marked() -> None:
    history = read_history(_records(3, "first") + _records(2, "second"))
    assert history.epochs == (1, 2, 3, 4, 5)
    assert history.phases == (("first", 1), ("second", 4))
    figure = learning_curves(history, "loss")
    assert {a.text for a in figure.layout.annotations} == {"first", "second"}
    assert len(figure.layout.shapes) == 1


def test_the_best_epoch_is_the_smallest_finite_validation_loss() -> None:
    records = _records(6)
    records[2]["valid/loss"] = float("nan")
    history = read_history(records)
    measured = {r["epoch"]: r["valid/loss"] for r in records if math.isfinite(r["valid/loss"])}
    best = min(measured, key=lambda e: measured[e])
    assert history.best("valid/loss", "min") == (best, measured[best])
    assert history.best("valid/loss", "max", start=4) == (4, measured[4])
    assert history.best("valid/absent", "min") is None


def test_the_best_epoch_is_marked_on_the_validation_line() -> None:
    figure = learning_curves(read_history(_records(5)), "loss", best_epoch=2)
    assert list(figure.data[-1].x) == [2]
    assert list(figure.data[-1].y) == [0.5]


def test_losses_start_at_zero_and_get_a_logarithmic_button_only_when_it_helps() -> None:
    wide, narrow = (
        learning_curves(read_history(_records(20)), "loss"),
        learning_curves(read_history(_records(2)), "loss"),
    )
    assert wide.layout.yaxis.rangemode == "tozero"
    assert len(wide.layout.updatemenus) == 1
    assert len(narrow.layout.updatemenus) == 0


def test_a_run_without_epochs_draws_an_empty_figure() -> None:
    assert len(learning_curves(read_history([]), "loss").data) == 0


def test_the_learning_rate_is_drawn_as_recorded() -> None:
    assert list(learning_rate(read_history(_records(3))).data[0].y) == [0.1, 0.05, pytest.approx(0.1 / 3)]


def test_rows_of_shares_add_up_to_one_and_an_absent_class_stays_zero() -> None:
    shares = row_shares(np.array([[3, 1], [0, 0]]))
    assert shares.tolist() == [[0.75, 0.25], [0, 0]]


@pytest.mark.parametrize("k", [1, 2, 40])
def test_a_confusion_matrix_of_any_size_is_drawn_with_true_classes_as_rows(k: int) -> None:
    counts = np.zeros((k, k), np.int64)
    counts[0, -1] = 4
    figure = confusion_matrix(counts, [f"c{i}" for i in range(k)], normalise=True)
    assert figure.data[0].z[0][-1] == 1
    assert figure.layout.yaxis.autorange == "reversed"


def test_the_most_frequent_mistakes_come_first_without_the_diagonal() -> None:
    counts = np.array([[9, 2, 0], [5, 9, 0], [0, 0, 9]])
    assert most_confused(counts) == [(1, 0, 5), (0, 1, 2)]


def test_bars_start_at_zero_and_name_their_numbers() -> None:
    figure = split_sizes({"train": 1437, "test": 180})
    assert figure.data[0].text == (f"1{names.THIN}437",)
    assert len(class_counts({"train": [3, 4]}, ["a", "b"]).data) == 1


def test_empty_bins_are_not_drawn_in_a_reliability_diagram() -> None:
    figure = reliability_diagram([0.1, 0.9], [0.0, 0.8], [0, 5])
    assert list(figure.data[1].x) == [0.9]


def test_the_table_of_classes_has_a_row_per_class() -> None:
    table = per_class_table({"cat": {"f1": 0.5, "support": 1200}, "dog": {"f1": 0.25, "support": 3}}).data[0]
    assert list(table.cells["values"][0]) == ["cat", "dog"]
    assert list(table.cells["values"][2]) == [f"1{names.THIN}200", "3"]


def test_figures_speak_the_language_in_force() -> None:
    with language("es"):
        figure = learning_curves(read_history(_records(3)), "loss")
    assert figure.layout.xaxis.title.text == "Época"
    assert figure.data[1].name == "validación"


@pytest.mark.parametrize("count", [0, 1, 8, 30])
def test_there_are_as_many_class_colours_as_classes_and_the_first_eight_are_okabe_and_itos(count: int) -> None:
    colours = class_colours(count)
    assert len(colours) == count
    assert colours[:8] == OKABE_ITO[:count]
    assert len(set(colours[:24])) == min(count, 24)


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("valid/accuracy", 0.9667, "96.7\u202f%"),
        ("accuracy", 0.99434, "99.43\u202f%"),
        ("accuracy", 1.0, "100.0\u202f%"),
        ("psnr", 19.123, "19.1\u202fdB"),
        ("mse", 0.012345, "0.0123"),
        ("mse", 1.2e-6, "1.20·10⁻⁶"),
        ("loss", 12345.6, "12\u202f346"),
        ("support", 1437.0, "1\u202f437"),
        ("loss", math.nan, "–"),
        ("loss", -math.inf, "−∞"),
        ("loss", 0.0, "0"),
        ("loss", -0.5, "−0.500"),
    ],
)
def test_numbers_come_with_units_and_sensible_digits(key: str, value: float, text: str) -> None:
    assert names.metric_value(key, value) == text


@given(st.floats(min_value=1e-300, max_value=1e300))
def test_every_positive_number_can_be_written_and_keeps_its_size(value: float) -> None:
    text = names.significant(value).replace(names.THIN, "")
    if "·10" not in text:
        assert float(text) == pytest.approx(value, rel=6e-3)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.84, "0.8 s"), (45.2, "45 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")],
)
def test_spans_of_time_read_as_people_say_them(seconds: float, text: str) -> None:
    assert names.duration(seconds).replace(names.THIN, " ") == text


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (1400, "1.4 kB"), (2_100_000, "2.1 MB"), (5e12, "5000 GB")])
def test_sizes_of_files_have_units(count: float, text: str) -> None:
    assert names.file_size(count).replace(names.THIN, " ") == text


def test_an_evaluation_shows_itself_as_an_escaped_table() -> None:
    found = Evaluation(
        "valid", 10, {"accuracy": 0.5}, {"accuracy": (0.2, 0.8)}, {"<b>": {"accuracy": 0.1}}, notes=("a < b",)
    )
    html = notebook.evaluation_html(found)
    assert "50.0" in html
    assert "&lt;b&gt;" in html
    assert "a &lt; b" in html


def test_a_run_and_predictions_show_themselves() -> None:
    run = SimpleNamespace(path="runs/x", status="finished", metrics={"valid/accuracy": 0.9})
    assert "90.0" in notebook.run_html(run)
    many = SimpleNamespace(
        records=lambda: [{"file": f"{i}.png", "label": "cat", "confidence": 0.75} for i in range(25)]
    )
    assert "and 5 more" in notebook.predictions_html(many)
    seeds = SimpleNamespace(n=3, table={"valid/accuracy": (0.9, 0.85, 0.95)})
    assert "3 seeds" in notebook.seeds_html(seeds)


class _Shell:
    def __init__(self) -> None:
        self.kernel = object()
        self.shown: dict[tuple[str, str], Any] = {}
        html = SimpleNamespace(for_type_by_name=lambda module, name, show: self.shown.update({(module, name): show}))
        self.display_formatter = SimpleNamespace(formatters={"text/html": html})


class _Handle:
    def __init__(self) -> None:
        self.bundles: list[Any] = []

    def update(self, bundle: Any, *, raw: bool) -> None:
        assert raw
        self.bundles.append(bundle)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> _Shell:
    made = _Shell()
    module = ModuleType("IPython")
    module.get_ipython = lambda: made  # type: ignore[attr-defined]  # a stand-in for the real module
    monkeypatch.setitem(sys.modules, "IPython", module)
    return made


def test_results_are_registered_with_the_shell_that_runs(shell: _Shell) -> None:
    assert notebook.register()
    assert ("trasluz.runs.evaluation", "Evaluation") in shell.shown
    assert in_notebook()


def test_without_a_shell_nothing_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", None)
    assert not notebook.register()
    assert not in_notebook()


def test_every_registered_type_exists() -> None:
    import importlib

    for module, name in notebook._SHOWN:
        assert hasattr(importlib.import_module(module), name)


def test_live_curves_are_drawn_once_and_then_replaced(shell: _Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    handle, displayed = _Handle(), []
    module = ModuleType("IPython.display")

    def display(bundle: Any, *, raw: bool, display_id: bool) -> _Handle:
        assert raw
        assert display_id
        displayed.append(bundle)
        return handle

    module.display = display  # type: ignore[attr-defined]  # a stand-in for the real module
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    monkeypatch.setattr("plotly.io.renderers.default", "plotly_mimetype")
    live = LiveCurves()
    live.update([])
    live.update(_records(1))
    live.update(_records(2))
    assert len(displayed) == 1
    assert len(handle.bundles) == 1
    assert list(handle.bundles[0]["application/vnd.plotly.v1+json"]["data"][0]["x"]) == [1, 2]
