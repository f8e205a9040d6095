"""What to try next: only advice that was measured to help, the gravest and surest first; one step where all is well."""

from __future__ import annotations

from typing import Any

import pytest

from bench.zoo import page
from tests.findings.made import evidence
from trasluz.findings import helped as measured
from trasluz.findings.finding import Finding, Severity
from trasluz.findings.helped import Helped, helped
from trasluz.findings.next_steps import command_of, next_steps, unmeasured

ENDED: dict[str, Any] = {"status": "finished", "splits": {"train": 800, "valid": 200}}


def _finding(rule: str, severity: Severity, *settings: str) -> Finding:
    return Finding(severity, rule, "seen", "meaning", "advice", settings=settings, rule=rule)


def test_the_packages_numbers_are_those_of_the_zoos_page() -> None:
    assert measured._FILE.read_text(encoding="utf-8") == page.helped()
    assert helped("overfitting") == Helped(9, 9)
    assert helped("leakage") is None


def test_graver_comes_first_then_what_helps_more_surely_and_says_how_often() -> None:
    found = [
        _finding("calibration-off", "warn", "model.label_smoothing=0.0"),
        _finding("overfitting", "warn", "data.augment.shift=0.05"),
        _finding("posterior-collapse", "bad", "model.divergence={name: kl, beta: 1}"),
    ]
    steps = next_steps(evidence({}), found)
    assert [step.rule for step in steps] == ["posterior-collapse", "overfitting", "calibration-off"]
    assert "9 of 9" in steps[1].reason
    assert steps[1].measured == Helped(9, 9)


def test_advice_that_did_not_help_or_was_not_measured_is_no_step(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {"mode-collapse": Helped(1, 3)}  # of made numbers: the zoo's may come to help
    monkeypatch.setattr(measured, "_all", lambda: made)
    found = [
        _finding("mode-collapse", "bad", "model.r1=1"),
        _finding("leakage", "bad"),
        _finding("overfitting", "warn"),  # without a setting there is nothing to type
    ]
    assert next_steps(evidence({}), found) == ()
    assert unmeasured(found) == tuple(found)


def test_two_findings_with_the_same_settings_are_one_step() -> None:
    found = [_finding(rule, "warn", "train.epochs=4") for rule in ("still-improving", "worse-than-pca")]
    assert [step.settings for step in next_steps(evidence({}), found)] == [("train.epochs=4",)]


def _run(share: float, trained: float, **changes: Any) -> Any:
    record = {"epoch": 1, "phase": "train", "valid/accuracy": share, "train_eval/accuracy": trained}
    return evidence({}, records=[record], **(ENDED | changes))


def test_where_nothing_is_wrong_there_is_one_step_at_most() -> None:
    (step,) = next_steps(_run(0.95, 0.96), [])
    assert command_of(step, "runs/one", "digits-cnn") == "trasluz train digits-cnn --seeds 3"
    with_test = _run(0.95, 0.96, splits={"train": 800, "valid": 200, "test": 50})
    (step,) = next_steps(with_test, [])
    assert command_of(step, "runs/one", "digits-cnn") == "trasluz evaluate runs/one --split test"
    assert next_steps(_run(0.95, 0.96, status="interrupted"), []) == ()


def test_a_gap_leads_to_a_trial_with_half_of_the_samples() -> None:
    (step,) = next_steps(_run(0.7, 0.99), [])
    assert step.settings == ("data.limit=400",)
    assert "99" in step.reason


def test_photographs_trained_from_nothing_lead_to_pretrained_weights() -> None:
    audit = {"kind": "image", "shape": [128, 128, 3]}
    (step,) = next_steps(_run(0.8, 0.82, audit=audit), [])
    assert step.words[:3] == ("train", "photos-transfer", "--data")
    for other in (
        _run(0.99, 0.99, audit=audit),
        _run(0.8, 0.82, audit={"kind": "image", "shape": [28, 28, 1]}),
        _run(0.8, 0.82, audit=audit, started_from=[{"phase": "head"}]),
        _run(0.8, 0.82, audit=audit, splits={"train": 60_000, "valid": 200}),
    ):
        assert "transfer" not in next_steps(other, [])[0].words


def test_pretrained_weights_come_before_what_tunes_a_training_from_nothing() -> None:
    found = [_finding("overfitting", "warn", "data.augment.shift=0.05")]
    run = _run(0.7, 0.99, audit={"kind": "image", "shape": [128, 128, 3]})
    assert [step.rule or step.words or step.settings for step in next_steps(run, found)] == [
        ("train", "photos-transfer", "--data", "digits"),
        "overfitting",
        ("data.limit=400",),
    ]
    grave = [_finding("one-answer", "bad", "model.l2=0")]
    assert [step.rule for step in next_steps(run, grave)] == ["one-answer"]
