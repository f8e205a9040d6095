"""The winner is not told from the second: which of the two is better, chance may have decided."""

from __future__ import annotations

from trasluz.findings.finding import Finding
from trasluz.findings.study_evidence import StudyEvidence, value_text
from trasluz.messages import _
from trasluz.numerals import percent

_SURE = 0.95


def check(evidence: StudyEvidence) -> Finding | None:
    """A winner that beats the runner-up with less than 95 %."""
    winner = evidence.winner
    if winner is None or not winner.second or not winner.known or winner.beats >= _SURE:
        return None
    scores = winner.scores[winner.best], winner.scores[winner.second]
    simpler = winner.simplest != winner.best
    return Finding(
        severity="note",
        title=_("The winner is not told from the second"),
        seen=_(
            "{best} has {first}, {second} has {next}; the probability that the first is really better is {share}."
        ).format(
            best=winner.best,
            second=winner.second,
            first=value_text(winner.metric, scores[0]),
            next=value_text(winner.metric, scores[1]),
            share=percent(winner.beats, 0),
        ),
        meaning=_("Other samples or another start could turn the order round."),
        advice=_("Take {simplest}, the simplest that is as good within one standard error.").format(
            simplest=winner.simplest
        )
        if simpler
        else _("The best is also the simplest that is as good within one standard error, so take it."),
        numbers={"beats": winner.beats, "first": scores[0], "second": scores[1]},
        refuted_by=_("with more validation samples or more seeds the same trial wins."),
        cause="winner",
    )
