"""What went wrong in a run: the evidence that its folder holds, and ``findings.json``, which keeps what was found."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from trasluz.api.opened import OpenedRun
from trasluz.errors import DamagedError, RecipeError, RunError
from trasluz.evaluation.evaluation import Evaluation
from trasluz.evaluation.shown import ShownInNotebooks
from trasluz.files import storage, write_json
from trasluz.findings.base import check_in
from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.findings.trying import command_line
from trasluz.look import base, names
from trasluz.look.result import Result, load_result, stored_for
from trasluz.messages import LANGUAGES, _
from trasluz.runs.evaluations import load_samples
from trasluz.runs.weights import Weights

FORMAT = 1


class Findings(tuple[Finding, ...], ShownInNotebooks):
    """What was found, the gravest first."""

    shown_by: ClassVar[str] = "trasluz.draw.notebook:findings_shown"


def evidence_of(
    run: OpenedRun, evaluations: Mapping[str, Evaluation] | None = None, found: Mapping[str, Result] | None = None
) -> Evidence:
    """What is known of ``run``; nothing is computed.  ``evaluations`` and ``found``, its looks, save reading them.

    Raises:
        RunError: the folder is damaged.
    """
    return Evidence(
        recipe=run.recipe,
        info=run.info,
        history=run.history,
        evaluations=run.evaluations() if evaluations is None else evaluations,
        samples=load_samples(run.weights),
        looks=_stored_looks(run.weights.looks, run.weights) if found is None else found,
        parameters=stored_sizes(run.path),
    )


def findings_by_language(evidence: Evidence) -> dict[str, tuple[Finding, ...]]:
    """The findings in every language: the same rules in the same order in each."""
    return check_in(LANGUAGES, evidence)


def save_findings(run: OpenedRun, found: Mapping[str, tuple[Finding, ...]]) -> Path:
    """Writes ``findings.json`` beside the run's report, atomically, and returns its path.

    Raises:
        StorageError: it cannot be written.
    """
    first = next(iter(found.values()))
    plain = [_plain(run, {name: all_of[i] for name, all_of in found.items()}) for i in range(len(first))]
    target = run.weights.found / "findings.json"
    with storage(target):
        target.parent.mkdir(exist_ok=True)
    write_json(target, {"format": FORMAT, "findings": plain})
    return target


def finding_command(run: OpenedRun, finding: Finding) -> str:
    """What to type to try the settings of ``finding``; empty where it has none."""
    in_memory = bool(run.info.get("in_memory"))
    return command_line(run.recipe, run.path, finding.settings, in_memory=in_memory, data=run.moved_to)


def _plain(run: OpenedRun, spoken: Mapping[str, Finding]) -> dict[str, Any]:
    first = next(iter(spoken.values()))
    texts = ("title", "seen", "meaning", "advice", "refuted_by")
    return {
        "rule": first.rule,
        "severity": first.severity,
        **{text: {name: getattr(finding, text) for name, finding in spoken.items()} for text in texts},
        "numbers": dict(first.numbers),
        "settings": list(first.settings),
        "command": finding_command(run, first),
    }


def _stored_looks(folder: Path, weights: Weights | None = None) -> dict[str, Result]:
    """Looks that were kept and can still be read; with ``weights`` those at these weights alone."""
    found = {}
    for name in names():
        kept = stored_for(folder / name)
        if kept is not None and (weights is None or weights.made(kept.get("weights"))):
            try:
                found[name] = load_result(folder / name, base.find(name).RESULT)
            except (RunError, RecipeError):  # of another version, where looking again replaces it; or cannot be loaded
                continue
    return found


def stored_sizes(run: Path) -> dict[str, int]:
    """How many numbers each array of the model in a run's folder holds; reads the file's head alone.

    Raises:
        DamagedError: the file is damaged.
    """
    from trasluz.model.tensors import read_sizes

    path = run / "model" / "weights.safetensors"
    if not path.is_file():
        return {}
    try:
        return {name: math.prod(shape) for name, shape in read_sizes(path).items()}
    except (OSError, ValueError) as error:
        raise DamagedError(_("{path}: damaged ({reason}).").format(path=path, reason=error)) from None
