"""Trains specimens, each once, and asks for the findings as a report would: evaluated, judged, looked at."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import trasluz as tz
from bench.zoo import made
from bench.zoo.groups import specimens
from bench.zoo.specimen import Specimen
from trasluz.api.asked import resolve
from trasluz.api.findings import evidence_of
from trasluz.api.looks import subject_of
from trasluz.draw.looks import feature_maps as drawn
from trasluz.errors import DivergedError, TrasluzError
from trasluz.findings.base import check_all
from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.look import base
from trasluz.look.looks.feature_maps import FeatureMapsResult
from trasluz.recipe import Recipe, from_dict

LOOKS = ("cam", "exciting", "feature-maps", "probes", "trust", "wrong-labels")  # those that rules read
ALLOWED = ("bench",)  # networks of `nets.py`
_SAMPLES = 500
_FAILED = "A rule could not be asked"  # the remark in place of a rule that raised


class Keeper:
    """Runs under ``folder``: found again by their recipe's hash, so that the zoo can be stopped and gone on with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def recipe(self, specimen: Specimen, seed: int) -> Recipe:
        """The complete recipe of one seed."""
        settings: dict[str, Any] = dict(specimen.settings)
        if specimen.before:
            before = specimens()[specimen.before]
            settings = _filled(settings, str(self.run(before, before.seeds[0]).path))
        data = str(made.file(specimen.data, self.folder / "data")) if specimen.data else None
        whole: Recipe = resolve(specimen.recipe, seed=seed, set={**settings, "compute.threads": 1}, data=data)[0]
        return whole

    def run(self, specimen: Specimen, seed: int) -> tz.Run:
        """The run of one seed."""
        return self.trained(self.recipe(specimen, seed), self.folder / specimen.name)

    def trained(self, recipe: Recipe, runs: Path) -> tz.Run:
        """The run of ``recipe`` in ``runs``, or a new one; one whose loss stopped being a number as it was left."""
        runs.mkdir(parents=True, exist_ok=True)
        for known in tz.list_runs(runs):
            run = tz.open_run(known.path, allow=ALLOWED)
            if known.status in ("finished", "failed") and run.recipe.hash == recipe.hash:
                return run
        try:
            return tz.train(from_dict(recipe.to_dict()), runs=runs, allow=ALLOWED)
        except DivergedError:
            return tz.open_run(max(tz.list_runs(runs), key=lambda one: one.path.stat().st_mtime).path, allow=ALLOWED)

    def evidence(self, run: tz.Run, specimen: Specimen) -> Evidence:
        """What a report knows of ``run`` when it asks the rules."""
        if not run.weights.stored():
            return evidence_of(run)
        splits = run.info.get("splits") or {}
        for split in ("test", "valid", "train"):
            if splits.get(split) and not run.evaluations().keys() & {"test", "valid"}:
                run.evaluate("valid" if splits.get("valid") else "train")
        if specimen.judge and evidence_of(run).samples is None:
            known = specimens()[specimen.judge]
            run.evaluate_samples(self.run(known, known.seeds[0]), _SAMPLES, "valid")
        subject = subject_of(run, None)
        for name in LOOKS:
            if base.usual(name, subject) or name in specimen.looks:
                try:
                    run.look(name)
                except TrasluzError:  # too few images for it: the report goes without, too
                    continue
        return evidence_of(run)

    def ask(self, specimen: Specimen, seed: int) -> dict[str, Any]:
        """What is said of one seed: findings, numbers, and what else is said in words."""
        started = time.monotonic()
        run = self.run(specimen, seed)
        evidence = self.evidence(run, specimen)
        found = check_all(evidence)
        failed = [each.seen for each in found if each.title.startswith(_FAILED)]
        if failed:
            raise RuntimeError("; ".join(failed))
        said = " ".join([*(_words(each) for each in found), *_verdicts(evidence)])
        return {
            "seed": seed,
            "findings": [_plain(each) for each in found],
            "untrue": [words for words in specimen.untrue if words in said],
            "metrics": {}
            if evidence.main is None
            else {k: float(f"{v:.4g}") for k, v in evidence.main.metrics.items()},
            "seconds": round(time.monotonic() - started, 1),
        }


def _filled(settings: Mapping[str, Any], before: str) -> dict[str, Any]:
    def fill(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: fill(each) for key, each in value.items()}
        if isinstance(value, list):
            return [fill(each) for each in value]
        return value.replace("{before}", before) if isinstance(value, str) else value

    return {key: fill(value) for key, value in settings.items()}


def _words(finding: Finding) -> str:
    return " ".join((finding.title, finding.seen, finding.meaning, finding.advice))


def _verdicts(evidence: Evidence) -> list[str]:
    """What the drawings of looks say in words, of those that were once untrue."""
    maps = evidence.looks.get("feature-maps")
    return [panel.verdict for panel in drawn.draw(maps)] if isinstance(maps, FeatureMapsResult) else []


def _plain(finding: Finding) -> dict[str, Any]:
    numbers = {name: float(f"{value:.4g}") for name, value in finding.numbers.items()}
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "seen": finding.seen,
        "numbers": numbers,
        "settings": list(finding.settings),
    }
