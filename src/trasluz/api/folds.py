"""out_of_fold(): the answers of a cross-validation's networks, put together from its runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trasluz.api.listening import listening
from trasluz.api.run import Run, open_run
from trasluz.errors import RequestError
from trasluz.evaluation.evaluation import Evaluation
from trasluz.evaluation.out_of_fold import FoldOf, OutOfFold, gather
from trasluz.findings.base import check_all
from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.look.classes.suspicion import Suspicion, suspicion
from trasluz.messages import _
from trasluz.metrics.classification import only_names
from trasluz.recipe import DataSection, FoldSection, Recipe
from trasluz.reporting import Reporter
from trasluz.runs.evaluations import load_evaluations
from trasluz.runs.folder import RunFolder
from trasluz.runs.splits import load_known

_TINY = 1e-30


def out_of_fold(
    runs: Sequence[str | Path | Run], *, split: str = "valid", reporter: Reporter | None = None
) -> OutOfFold:
    """What the networks of ``runs``, each trained on all but one fold, say of the samples of that fold.

    ``split``: ``valid`` puts the folds of ``data.fold`` together, ``test`` those of ``data.test_fold``.  A run that was
    not judged on it yet is judged now.  Several repeats, and several seeds, are repetitions: each sample is in each of
    them once.

    Raises:
        RequestError: a run has no fold, or the recipes differ in more than their fold and seed.
        DataError: the runs are of different data, or two of them are of the same fold.
        RunError: one is no run.
    """
    speaker = listening(reporter)
    opened = [run if isinstance(run, Run) else open_run(run) for run in runs]
    sections = [_section(run, split) for run in opened]
    for run in opened[1:]:
        if _without_fold(run.recipe, split) != _without_fold(opened[0].recipe, split):
            message = _("{first} and {second} differ in more than their fold and seed; give the folds of one recipe.")
            raise RequestError(message.format(first=opened[0].path, second=run.path))
    return gather([_fold_of(r, s, split, speaker) for r, s in zip(opened, sections, strict=True)])


def _section(run: Run, split: str) -> FoldSection:
    fields = {"valid": "fold", "test": "test_fold"}
    if split not in fields:
        message = _("split: {split} has no folds; allowed: {allowed}.")
        raise RequestError(message.format(split=split, allowed=", ".join(fields)))
    section: FoldSection | None = getattr(run.recipe.data, fields[split])
    if section is None:
        message = _("{path}: this run was not trained without one fold: its recipe has no data.{field}.")
        raise RequestError(message.format(path=run.path, field=fields[split]))
    return section


def _without_fold(recipe: Recipe, split: str) -> str:
    """The hash of a recipe without what may differ between folds and seeds.

    With ``split`` ``test`` all else may differ, too, but the data and the family: the inner search of a nested one may
    have chosen other settings for each outer fold.
    """
    plain = recipe.model_copy(update={"seed": 0, "name": "recipe"})
    field = "fold" if split == "valid" else "test_fold"
    section: FoldSection = getattr(plain.data, field)
    of_all = {field: section.model_copy(update={"index": 0, "repeat": 0})}
    if split == "valid":
        return plain.model_copy(update={"data": plain.data.model_copy(update=of_all)}).hash
    return plain.model_copy(
        update={
            "data": DataSection(source=plain.data.source, classes=plain.data.classes).model_copy(update=of_all),
            "model": {"family": plain.model["family"]},
            "train": type(plain.train)(),
            "phases": (),
        }
    ).hash


def _fold_of(run: Run, section: FoldSection, split: str, reporter: Reporter) -> FoldOf:
    found: Evaluation | None = load_evaluations(run.weights).get(split)
    known = load_known(run.path)
    return FoldOf(
        run=str(run.path),
        index=section.index,
        count=section.count or int(run.folder.info()["audit"]["folds" if split == "valid" else "test_folds"]),
        repetition=f"{section.seed}.{section.repeat}.{run.recipe.seed}",
        evaluation=run.evaluate(split, reporter=reporter) if found is None else found,
        identities=None if known is None else known.identities,
    )


def fold_findings(found: OutOfFold) -> tuple[Finding, ...]:
    """What the rules find in the answers of all folds together, in the language in force.

    They are asked with these answers, the recipe and what is known of the data, not with one fold's curves or looks.

    Raises:
        RunError: the first run is not there any more.
    """
    first = RunFolder.open(Path(found.each[0].run))
    evidence = Evidence(first.recipe(), info=first.info(), evaluations={"valid": found.evaluation})
    return check_all(evidence)


@dataclass(frozen=True)
class SuspectLabels:
    """Labels that networks which were not trained on them do not believe.

    ``rows`` int64 ``[s]`` of the data, the likeliest wrong first; ``given`` and ``suggested`` int64 ``[s]``, indices
    into ``classes``; ``wrong`` float64 ``[s]``, how likely each is wrong.  ``rate``: the share of wrong labels with its
    95 % interval.  ``trust``: ``good``, or why nothing is suspected (``look/classes/suspicion.py``).
    """

    rows: np.ndarray
    given: np.ndarray
    suggested: np.ndarray
    wrong: np.ndarray
    rate: tuple[float, float, float]
    trust: str
    classes: tuple[str, ...]


def suspect_labels(found: OutOfFold) -> SuspectLabels:
    """The suspect labels of all data, by the networks' own out-of-fold answers (of several repetitions their mean).

    Raises:
        RequestError: there is not one label per sample, or the networks only name classes.
    """
    labels, probabilities = found.labels, found.probabilities
    if labels is None or labels.ndim != 1 or probabilities is None or only_names(probabilities):
        raise RequestError(_("Wrong labels are told by probabilities of classes, of samples with one label each."))
    rows, at = np.unique(found.rows, return_inverse=True)
    mean = np.zeros((len(rows), probabilities.shape[1]))
    np.add.at(mean, at, probabilities)
    mean /= np.bincount(at)[:, None]
    own = np.empty(len(rows), np.int64)
    own[at] = labels
    kept = own >= 0
    # Only classes that occur: the noise model divides by how many there are of each.
    taught, given = np.unique(own[kept], return_inverse=True)
    if len(taught) < 2:
        raise RequestError(_("Wrong labels are told between two classes or more."))
    judged: Suspicion = suspicion(np.log(np.maximum(mean[kept][:, taught], _TINY)), given)
    suspects, noise = judged.suspects, judged.noise
    return SuspectLabels(
        rows=rows[kept][suspects],
        given=taught[given[suspects]],
        suggested=taught[noise.rather[suspects]],
        wrong=noise.wrong[suspects],
        rate=(noise.rate, noise.low, noise.high),
        trust=judged.trust,
        classes=found.evaluation.classes,
    )
