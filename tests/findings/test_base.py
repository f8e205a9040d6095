from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.findings.made import audit, classified, evidence, history
from trasluz.errors import RecipeError, StorageError
from trasluz.evaluation.evaluation import Evaluation
from trasluz.findings.base import check_all, check_in, find, names
from trasluz.findings.curves import noise, slope, smooth
from trasluz.findings.evidence import Evidence, divergence_setting, train_setting
from trasluz.findings.finding import SEVERITIES, Finding, Severity
from trasluz.findings.trying import command_line, effective
from trasluz.messages import LANGUAGES, current_language
from trasluz.recipe import Recipe, load

FAILURE = {"term": "loss", "global_step": 5, "epoch": 1}


def test_every_rule_has_a_test_file() -> None:
    folder = Path(__file__).parent / "rules"
    assert {f"test_{name.replace('-', '_')}" for name in names()} == {path.stem for path in folder.glob("test_*.py")}


def test_an_unknown_rule_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(RecipeError, match="overfitting"):
        find("overfiting")


def test_no_rule_needs_anything_to_be_there() -> None:
    assert check_all(Evidence(Recipe())) == ()
    assert check_all(Evidence(Recipe(), {"status": "running"}, [{"phase": "train", "epoch": 1}])) == ()


def test_values_that_are_not_finite_or_of_another_phase_are_left_out() -> None:
    records = [
        {"phase": "first", "epoch": 1, "train/loss": 9.0},
        {"phase": "train", "epoch": 1, "train/loss": 2.0, "valid/loss": 3.0},
        {"phase": "train", "epoch": 2, "train/loss": float("nan"), "valid/loss": 2.5},
        {"phase": "train", "epoch": 3, "train/loss": 1.0},
    ]
    made = Evidence(Recipe(), {}, records)
    assert made.series("train/loss") == [2.0, 1.0]
    assert made.together("train/loss", "valid/loss") == [(2.0, 3.0)]


def test_the_gravest_comes_first() -> None:
    small = classified([[20, 5], [5, 20]])
    found = check_all(
        evidence(
            evaluation=small,
            status="failed",
            failure=FAILURE,
            records=history(train_eval_accuracy=[0.9, 0.99], valid_accuracy=[0.7, 0.7]),
        )
    )
    assert [f.severity for f in found] == sorted((f.severity for f in found), key=SEVERITIES.index)
    assert [f.rule for f in found] == ["not-finite", "overfitting", "validation-too-small"]


def test_a_rule_that_raises_in_one_language_is_a_remark_in_each_and_the_others_stand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(_evidence: Evidence) -> Finding | None:
        if current_language() == "es":
            raise KeyError("gap")
        return None

    made = evidence(status="failed", failure=FAILURE, records=history(train_accuracy=[0.9]))
    before = check_in(LANGUAGES, made)
    monkeypatch.setattr(find("dead-units"), "check", broken)
    after = check_in(LANGUAGES, made)
    for name in LANGUAGES:
        (remark,) = (finding for finding in after[name] if finding.rule == "dead-units")
        assert remark.severity == "note"
        assert "KeyError: 'gap'" in remark.seen
        assert tuple(finding for finding in after[name] if finding is not remark) == before[name]
    assert after["en"][-1].title != after["es"][-1].title


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, StorageError])
def test_what_is_not_a_rules_own_failure_goes_through(
    monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def broken(_evidence: Evidence) -> Finding | None:
        raise error

    monkeypatch.setattr(find("overfitting"), "check", broken)
    with pytest.raises(error):
        check_all(evidence())


def test_a_line_and_its_error_are_those_of_least_squares() -> None:
    from scipy.stats import linregress

    values = np.random.default_rng(0).normal(size=17)
    expected = linregress(np.arange(17), values)
    assert slope(values) == pytest.approx((expected.slope, expected.stderr))


def test_noise_is_the_deviation_around_a_drift() -> None:
    values = np.random.default_rng(0).normal(0, 0.3, 20_000) + np.linspace(0, 50, 20_000)
    assert noise(values) == pytest.approx(0.3, rel=0.02)
    assert noise([1.0]) == 0
    assert smooth([1.0, 2.0, 6.0, 1.0]).tolist() == pytest.approx([3.0, 3.0])


def test_settings_go_where_the_recipe_states_them() -> None:
    assert train_setting(evidence(), "optimiser.learning_rate", 0.1) == "train.optimiser.learning_rate=0.1"
    phased = evidence({"phases": [{"name": "a"}, {"name": "b", "train": {"optimiser": {"learning_rate": 1.0}}}]})
    assert train_setting(phased, "optimiser.learning_rate", 0.1) == "phases.1.train.optimiser.learning_rate=0.1"
    assert train_setting(phased, "epochs", 3) == "train.epochs=3"
    vae = evidence({"model": {"family": "vae", "divergence": {"name": "kl", "beta": 4.0, "free_bits": 0.1}}})
    assert divergence_setting(vae, beta=1e-7) == "model.divergence={name: kl, beta: 0.0000001, free_bits: 0.1}"


def test_of_one_cause_the_most_specific_is_told_as_grave_as_the_gravest(monkeypatch: pytest.MonkeyPatch) -> None:
    def says(severity: Severity, specific: int) -> Callable[[Evidence], Finding]:
        return lambda _evidence: Finding(severity, "t", "s", "m", "a", cause="one", specific=specific)

    monkeypatch.setattr(find("leakage"), "check", says("bad", 0))
    monkeypatch.setattr(find("dead-units"), "check", says("note", 1))
    monkeypatch.setattr(find("checkerboards"), "check", says("warn", 0))
    assert [(each.rule, each.severity) for each in check_all(evidence())] == [("dead-units", "bad")]


def test_settings_that_change_nothing_or_are_refused_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = ("train.epochs=10", "train.epochs=20", "train.epochs=20", "train.colour=red", "model.colour=red")
    made = Finding("note", "t", "s", "m", "a", settings=settings)
    monkeypatch.setattr(find("leakage"), "check", lambda _evidence: made)
    assert check_all(evidence())[0].settings == ("train.epochs=20",)
    assert effective(evidence().recipe, ("train.epochs=10",)) == ()


def test_the_weights_kept_are_those_of_the_last_or_best_epoch() -> None:
    records = history(valid_loss=[0.5, 0.3, 0.4], valid_accuracy=[0.6, 0.8, 0.7])
    assert evidence(records=records).kept_value("valid/accuracy") == 0.7
    stopping = {"train.early_stopping": {"patience": 1}}
    assert evidence(stopping, records=records).kept_value("valid/accuracy") == 0.8
    accurate = {"train.early_stopping": {"monitor": "valid/accuracy", "mode": "max"}}
    assert evidence(accurate, records=records).kept["epoch"] == 2
    left = {"train.early_stopping": {"patience": 1, "restore_best": False}}
    assert evidence(left, records=records).kept_value("valid/accuracy") == 0.7
    assert evidence().kept_value("valid/accuracy") is None


def test_the_loss_of_chance_is_the_entropy_of_the_classes() -> None:
    made = evidence(audit=audit(classes={"a": {"train": 90}, "b": {"train": 10}}))
    assert made.chance_loss == pytest.approx(-(0.9 * np.log(0.9) + 0.1 * np.log(0.1)))
    assert evidence({"data.balance": "weights"}, audit=made.audit).chance_loss is None
    assert evidence().chance_loss is None
    classes = {"a": {"train": 2000}, "b": {"train": 1000}}  # of 4,000 samples
    several = Evaluation("valid", 100, {"subset_accuracy": 0.5})
    made = evidence(audit=audit(classes=classes), evaluation=several)
    assert made.chance_loss == pytest.approx(np.log(2) - 0.25 * np.log(0.25) - 0.75 * np.log(0.75))


def test_the_command_names_the_recipe_that_was_used() -> None:
    built_in, folder = load("digits-cnn"), Path("runs/x")
    line = command_line(built_in, folder, ("train.epochs=40", "model.noise={name: gaussian, amount: 0.2}"))
    assert line == "trasluz train digits-cnn --set train.epochs=40 --set 'model.noise={name: gaussian, amount: 0.2}'"
    changed = built_in.override({"train.epochs": 3})
    assert command_line(changed, folder, ("seed=1",)) == "trasluz train runs/x/recipe.yaml --set seed=1"
    assert command_line(changed, folder, ()) == ""
    python = command_line(changed, folder, ("seed=1",), in_memory=True)
    assert python == "tz.train('runs/x/recipe.yaml', data=(samples, labels), set={'seed': 1})"
