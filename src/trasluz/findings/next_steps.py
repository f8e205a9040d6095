"""What to try next with a run, what is likely to help most first: findings whose advice was measured to help, then
steps that the run's own numbers speak for.

A finding's advice counts only where following it helped in more than half of the measured trainings
(``helped.py``).  Of two findings the graver comes first, of equals that whose advice helps more surely.  Steps from
the run's own numbers say what they rest on; pretrained weights come before what tunes a training from nothing.  Where
nothing is wrong there is one step at most.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import SEVERITIES, Finding
from trasluz.findings.helped import Helped, helped
from trasluz.messages import _
from trasluz.numerals import integer, percent

_GAP = 0.05  # of accuracy between training and validation images, beyond which more images are worth a trial
_GOOD_ENOUGH = 0.97  # accuracy above which pretrained weights have little left to add
_SIDE = 64  # pixels: from here on an image is a photograph rather than a sign
_MANY = 20_000  # training images, which teach a network of this size themselves


@dataclass(frozen=True)
class Step:
    """``title``: what to try; ``reason``: why, with its numbers.  ``settings``: changes of the run's recipe, as
    ``--set`` takes them; ``words``: of a command that is no such change, after ``trasluz``; ``RUN`` stands for the run.
    ``rule`` and ``measured``: whose advice it is and how often that helped, of a step that comes from a finding.
    """

    title: str
    reason: str
    settings: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    rule: str = ""
    measured: Helped | None = field(default=None)


def next_steps(evidence: Evidence, findings: Sequence[Finding]) -> tuple[Step, ...]:
    """The steps, in the language in force; ``findings`` are the run's, in that language, too."""
    advised = [(finding, known) for finding in findings if (known := _known(finding)) is not None]
    advised.sort(key=lambda one: (SEVERITIES.index(one[0].severity), -one[1].surely, one[0].rule))
    steps = _each_once(_of_finding(finding, known) for finding, known in advised)
    if any(finding.severity == "bad" for finding in findings) or not evidence.finished:
        return tuple(steps)  # its results say nothing yet of what more data or other weights would add
    better = [step for step in (_pretrained(evidence), _more_data(evidence)) if step is not None]
    if any(finding.severity != "note" for finding in findings):
        return tuple(sorted([*steps, *better], key=lambda step: "--data" not in step.words))  # weights change most
    return (*steps, *better[:1]) if steps or better else (_judge(evidence) or _repeat(),)


def _each_once(steps: Iterator[Step]) -> list[Step]:
    """The steps without those that change what an earlier one changes already."""
    kept: dict[tuple[str, ...], Step] = {}
    for step in steps:
        kept.setdefault(step.settings, step)
    return list(kept.values())


def unmeasured(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings that ``next_steps`` has no step for, because following their advice was not measured to help."""
    return tuple(finding for finding in findings if _known(finding) is None)


def _known(finding: Finding) -> Helped | None:
    known = helped(finding.rule)
    return known if finding.settings and known is not None and known.mostly else None


def _of_finding(finding: Finding, known: Helped) -> Step:
    measured = _("Measured: this helped in {helped} of {runs} trainings with this fault.")
    reason = f"{finding.seen} {measured.format(helped=known.helped, runs=known.runs)}"
    return Step(f"{finding.title}: {finding.advice}", reason, finding.settings, (), finding.rule, known)


def _pretrained(evidence: Evidence) -> Step | None:
    """Pretrained weights, where photographs were classified from nothing."""
    recipe, images = evidence.recipe, evidence.count("train")
    share = evidence.metric("accuracy")
    started = bool(evidence.info.get("started_from")) or any(phase.weights_from for phase in recipe.phases)
    if started or share is None or share >= _GOOD_ENOUGH or images > _MANY or not _photographs(evidence):
        return None
    source = str(recipe.data.source)
    reason = _(
        "It was trained from nothing on {images} photographs and is right on {share} of those it was judged on; a "
        "network pretrained on ImageNet knows photographs already."
    )
    return Step(
        _("Start from pretrained weights."),
        reason.format(images=integer(images), share=percent(share)),
        words=("train", "photos-transfer", "--data", source),
    )


def _photographs(evidence: Evidence) -> bool:
    """Whether it classifies coloured images of some size."""
    shape = [int(side) for side in evidence.audit.get("shape") or ()]  # height, width, channels
    return evidence.audit.get("kind") == "image" and len(shape) == 3 and shape[2] == 3 and min(shape[:2]) >= _SIDE


def _more_data(evidence: Evidence) -> Step | None:
    """A trial with half of the samples, where training and validation lie apart: it tells what more would do."""
    trained, valid = evidence.trained_share, evidence.kept_value("valid/accuracy")
    if trained is None or valid is None or trained[0] - valid < _GAP or evidence.recipe.data.limit is not None:
        return None
    seen = _(
        "It is right on {train} of the training samples and on {valid} of the validation samples. Trained with half of "
        "the samples: if that is clearly worse, more samples will help; if not, they will not."
    )
    return Step(
        _("Find out whether more data would help."),
        seen.format(train=percent(trained[0]), valid=percent(valid)),
        settings=(f"data.limit={max(evidence.count('train') // 2, 1)}",),
    )


def _judge(evidence: Evidence) -> Step | None:
    """The test, once, where there is one that was not read yet."""
    if not evidence.count("test") or "test" in evidence.evaluations:
        return None
    reason = _(
        "{n} test samples were kept apart and not read yet. Judged once, when nothing is changed any more, they say "
        "what to expect of new samples."
    )
    return Step(
        _("Judge it on its test samples."),
        reason.format(n=integer(evidence.count("test"))),
        words=("evaluate", "RUN", "--split", "test"),
    )


def _repeat() -> Step:
    """Several seeds, where everything else is done."""
    return Step(
        _("Train it again with other seeds."),
        _("This is one run; others with the same recipe will be somewhat better or worse, and three say by how much."),
        words=("train", "RECIPE", "--seeds", "3"),
    )


def command_of(step: Step, run: str, recipe: str) -> str:
    """What to type for ``step`` on the run in the folder ``run``; ``recipe`` names its recipe."""
    places = {"RUN": run, "RECIPE": recipe}
    words = [places.get(word, word) for word in step.words] or ["train", recipe]
    return shlex.join(["trasluz", *words, *(word for setting in step.settings for word in ("--set", setting))])
