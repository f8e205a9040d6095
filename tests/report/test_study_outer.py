"""The sections of outer folds and of test data say what they know in both languages, and what they do not know."""

from __future__ import annotations

import dataclasses

from trasluz.messages import language
from trasluz.report import study_tested
from trasluz.report.study_outer import agreement, how_judged, outer_section, too_good, worth_of_choosing
from trasluz.search import tested
from trasluz.search.outer_score import OuterChoice, OuterScore, Pooled, outer_score

RATE = "train.optimiser.learning_rate"
TESTED = tested.Tested(
    "trial-4", {RATE: 0.01}, "accuracy", True, 0.95, 0.91, 0.88, 0.94, "samples", 300, ("a", "b"), {"accuracy": 0.91},
    {"accuracy": (0.88, 0.94)}, "2026-11-29T23:00:00+00:00", 0.92, 0.89, 0.95,
)  # fmt: skip


def _found(outer: float | None = 0.8) -> OuterScore:
    choices = [
        OuterChoice(f"outer-{i}", f"trial-{i}", {RATE: 0.1 if i else 0.01}, 0.9 + i / 100, outer, 50, (f"run-{i}",))
        for i in range(3)
    ]
    choices[0] = dataclasses.replace(choices[0], outer=0.82)
    found = outer_score(choices, 3, "accuracy", True, folds=3, pooled=Pooled(0.807, 0.73, 0.86, 150), whole={RATE: 0.1})
    assert found is not None
    return found


def test_the_outer_score_stands_beside_the_inner_one() -> None:
    with language("en"):
        found = _found()
        assert "without each of 3 outer folds" in str(worth_of_choosing(found))
        assert "80.7" in str(worth_of_choosing(found))
        assert "10.3 points too good" in str(too_good(found))
        assert "10,3 puntos" in str(too_good(found).texts["es"]), "each language has its own decimal sign"
        assert str(agreement(found)).startswith("2 of 3 outer folds chose the same setting; 2 chose")
        assert outer_section(found).anchor == "outer"


def test_what_is_missing_is_said() -> None:
    with language("en"):
        found = _found(None)
        assert "it seemed" in str(too_good(found))
        assert "points" not in str(too_good(found)), "one fold says nothing of the spread"
        assert any("2 outer folds are not judged" in str(note) for note in how_judged(found))


def test_test_data_stand_beside_what_was_promised() -> None:
    with language("en"):
        assert "On 300 test samples trial-4 has" in str(study_tested.on_test_data(TESTED))
        html = str(study_tested.tested_section(TESTED, "trial-4").html)
        assert "95.0" in html
        assert "92.0" in html
        assert "is the best by now" not in html
        assert "trial-9 is the best by now" in str(study_tested.tested_section(TESTED, "trial-9").html)
        unknown = dataclasses.replace(TESTED, low=None, high=None, expected=None)
        assert "Expected on new samples" not in str(study_tested.tested_section(unknown, "").html)
