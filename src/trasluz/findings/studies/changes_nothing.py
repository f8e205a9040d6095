"""A field that changes nothing: whatever its value, everything else being equal, the results are the same."""

from __future__ import annotations

from collections import defaultdict

from trasluz.findings.finding import Finding
from trasluz.findings.study_evidence import StudyEvidence
from trasluz.messages import _, ngettext
from trasluz.numerals import integer
from trasluz.search.trial_results import TrialResult

_FEWEST_BY_SCORE = 5  # pairs: two accuracies on a few hundred samples may be the same by chance
_FEWEST = 2  # pairs whose whole curves, or answers to all samples, are the same


def check(evidence: StudyEvidence) -> Finding | None:
    """Fields such that all trials that differ in one of them alone have the same results, to the last digit."""
    idle = [name for name in evidence.fields if _changes_nothing(evidence, name)]
    if not idle or len({_results(trial) for trial in evidence.compared}) < 2:
        return None
    trained = len(evidence.trials)
    different = len({tuple(repr(t.fields.get(n)) for n in evidence.fields if n not in idle) for t in evidence.trials})
    return Finding(
        severity="warn",
        title=_("A setting that changes nothing"),
        seen=ngettext(
            "Whatever {fields} is, all results are the same to the last digit: of the {trained} trials {different} are "
            "different.",
            "Whatever {fields} are, all results are the same to the last digit: of the {trained} trials {different} "
            "are different.",
            len(idle),
        ).format(
            fields=", ".join(f"`{name}`" for name in idle), trained=integer(trained), different=integer(different)
        ),
        meaning=_(
            "Something else in the recipe makes it idle, as full batches do to a batch size; the rest of the time was "
            "spent on repetitions."
        ),
        advice=_("Leave it out of the search, or look for what makes it idle."),
        numbers={"trained": float(trained), "different": float(different)},
        refuted_by=_("two trials that differ in it alone give different results."),
    )


def _changes_nothing(evidence: StudyEvidence, name: str) -> bool:
    groups: dict[tuple[str, ...], dict[str, tuple[object, ...]]] = defaultdict(dict)
    for trial in evidence.compared:
        groups[evidence.others(trial, name)][repr(trial.fields.get(name))] = _results(trial)
    several = [list(group.values()) for group in groups.values() if len(group) > 1]
    pairs = sum(len(results) - 1 for results in several)
    detailed = all(
        cell.sample_scores is not None or len(cell.curve) > 1 for t in evidence.compared for cell in t.judged
    )
    return pairs >= (_FEWEST if detailed else _FEWEST_BY_SCORE) and all(len(set(one)) == 1 for one in several)


def _results(trial: TrialResult) -> tuple[object, ...]:
    return tuple(
        (cell.key, cell.score, cell.curve, None if cell.sample_scores is None else cell.sample_scores.tobytes())
        for cell in trial.judged
    )
