"""A value with which every trial failed."""

from __future__ import annotations

from trasluz.findings.finding import Finding
from trasluz.findings.study_evidence import StudyEvidence, setting_text
from trasluz.messages import _
from trasluz.numerals import integer

_FEWEST = 2  # trials: one may have failed for any reason


def check(evidence: StudyEvidence) -> Finding | None:
    """The field and value that explain the most failures: all trials with it failed, while others did not."""
    found: list[tuple[int, str, object]] = []
    for name in evidence.fields:
        for value in evidence.values(name):
            having = [trial for trial in evidence.trials if name in trial.fields and trial.fields[name] == value]
            failed = [trial for trial in having if trial.status == "failed"]
            if len(failed) == len(having) >= _FEWEST and any(t.status != "failed" for t in evidence.trials):
                found.append((len(failed), name, value))
    if not found:
        return None
    count, name, value = max(found, key=lambda one: one[0])
    said = setting_text(value)
    return Finding(
        severity="warn",
        title=_("A value with which every trial failed"),
        seen=_("All {count} trials with `{field}` = {value} failed.").format(
            count=integer(count), field=name, value=said
        ),
        meaning=_("The time for them was spent for nothing; the others are compared without that value."),
        advice=_("Leave that value out of the next search."),
        numbers={"failed": float(count)},
        refuted_by=_("a trial with that value ends with a finite loss."),
    )
