"""Findings of real runs on digits: none where training went well, the fault where there is one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import trasluz as tz
from trasluz import api
from trasluz.api.findings import evidence_of, findings_by_language
from trasluz.cli.__main__ import run as trasluz
from trasluz.errors import DivergedError
from trasluz.findings.finding import Finding
from trasluz.messages import LANGUAGES
from trasluz.recipe import from_dict, parse_overrides

SMALL = {"data.limit": 600, "train.epochs": 3, "model.network.channels": [8, 16], "train.schedule.name": "constant"}


def _faults(found: tuple[Finding, ...]) -> list[str]:
    """Without remarks, such as layers that could be left out."""
    return [finding.rule for finding in found if finding.severity != "note"]


def _rules(found: tuple[Finding, ...]) -> set[str]:
    return {finding.rule for finding in found}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> tz.Run:
    return tz.train("digits-cnn", runs=tmp_path_factory.mktemp("good"))


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> tz.Run:
    slow = {**SMALL, "train.optimiser.learning_rate": 1e-7, "train.epochs": 7, "data.augment": {}}
    run = tz.train("digits-cnn", set=slow, runs=tmp_path_factory.mktemp("bad"))
    run.evaluate("valid")
    return run


def test_a_good_classifier_has_none_and_its_report_says_so(good: tz.Run) -> None:
    assert good.findings() == ()
    page = good.report("en").read_text(encoding="utf-8")
    assert _faults(good.findings()) == []
    assert page.index('<section id="summary"') < page.index('<section id="findings"') < page.index('id="quality"')
    assert ("rules found a fault" in page) == (good.findings() == ())
    kept = json.loads((good.path / "findings.json").read_text(encoding="utf-8"))["findings"]
    assert [one["rule"] for one in kept] == [finding.rule for finding in good.findings()]


def test_a_good_autoencoder_has_none(tmp_path: Path) -> None:
    run = tz.train("digits-autoencoder", runs=tmp_path)
    run.evaluate("valid")
    assert run.findings() == ()


def test_a_crippled_run_is_told_what_went_wrong_in_both_languages(bad: tz.Run) -> None:
    assert "rate-too-low" in _rules(bad.findings())
    assert "underfitting" not in _rules(bad.findings())  # which comes of it, and is told once
    page = bad.report("es").read_text(encoding="utf-8")
    kept = json.loads((bad.path / "findings.json").read_text(encoding="utf-8"))["findings"]
    spoken = findings_by_language(evidence_of(bad))
    assert set(spoken) == set(LANGUAGES)
    for i, told in enumerate(kept):
        assert told["severity"] in ("bad", "warn", "note")
        for name in LANGUAGES:
            assert told["seen"][name] == spoken[name][i].seen
            assert told["title"][name] in page
        assert set(told["numbers"]) == set(spoken["en"][i].numbers)
        bad.recipe.override(parse_overrides(told["settings"]))
        assert told["command"].startswith("trasluz train ") or not told["settings"]
    assert "--set train." in page


def test_a_run_that_diverged_names_the_term_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(DivergedError):
        tz.train("digits-autoencoder", set={"train.optimiser.learning_rate": 1e30, "train.epochs": 2}, runs=tmp_path)
    run = tz.open_run(tz.list_runs(tmp_path)[0].path)
    found = run.findings()
    assert found[0].rule == "not-finite"
    assert found[0].severity == "bad"
    assert "findings" in run.report("en").read_text(encoding="utf-8")


VAE = {
    "name": "vae",
    "data": {"source": "digits", "limit": 300, "valid": 0.2, "normalise": "unit"},
    "model": {
        "family": "vae",
        "latent": 6,
        "encoder": {"name": "dense", "hidden": [32]},
        "decoder": {"name": "dense", "hidden": [32]},
    },
    "train": {"epochs": 4, "optimiser": {"learning_rate": 0.003}},
}


@pytest.mark.parametrize(
    ("recipe", "changes", "rule"),
    [
        (
            "digits-autoencoder",
            {"data.limit": 300, "train.epochs": 2, "model.encoder.code": 100},
            "code-larger-than-image",
        ),
        (VAE, {"model.divergence": {"name": "kl", "beta": 1000.0}}, "posterior-collapse"),
        (VAE, {"model.divergence": {"name": "mmd", "bandwidths": [0.001]}}, "kernel-out-of-range"),
        (VAE, {"model.divergence": {"name": "mmd", "bandwidths": [1000.0]}}, "kernel-out-of-range"),
        ("digits-cnn", {**SMALL, "data.limit": 40, "data.augment": {}, "train.epochs": 30}, "overfitting"),
    ],
)
def test_a_real_run_with_the_fault(recipe: object, changes: dict[str, object], rule: str, tmp_path: Path) -> None:
    whole = from_dict(recipe) if isinstance(recipe, dict) else str(recipe)
    run = tz.train(whole, set=changes, runs=tmp_path)
    run.evaluate("valid")
    finding = next(f for f in run.findings() if f.rule == rule)
    again = run.recipe.override(parse_overrides(list(finding.settings)))
    tz.train(again.override({"train.epochs": 1, "train.schedule": {"name": "constant"}}), runs=tmp_path)


def test_weights_are_counted_as_the_network_counts_them(good: tz.Run) -> None:
    stored = evidence_of(good).parameters
    assert sum(stored.values()) == sum(tensor.numel() for tensor in good.networks.state_dict().values())


def test_the_command_says_the_same_in_words_and_in_json(
    bad: tz.Run, good: tz.Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert trasluz(["findings", str(bad.path)]) == 0
    words = capsys.readouterr().out
    assert trasluz(["findings", str(bad.path), "--json"]) == 0
    plain = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [told["rule"] for told in plain["findings"]] == [f.rule for f in bad.findings()]
    for told in plain["findings"]:
        assert told["title"] in words
        assert told["command"] in words
        assert told["severity"] in ("bad", "warn", "note")
    assert trasluz(["findings", str(good.path)]) == 0
    assert ("Nothing went wrong" in capsys.readouterr().out) == (good.findings() == ())
    assert api.severity_name("bad") in words
