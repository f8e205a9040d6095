"""What to try next with a run, what is likely to help most first: findings whose advice was measured to help, then
steps that the run's own numbers speak for.

A finding's advice counts only where following it helped in more than half of the measured trainings
(``helped.py``).  Of two findings the graver comes first, of equals that whose advice helps more surely.  A general
step says the numbers it rests on; where nothing is wrong there is one at most.
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
    steps = [_of_finding(finding, known) for finding, known in advised]
    if any(finding.severity == "bad" for finding in findings):
        return tuple(steps)  # its results say nothing yet of what more data or other weights would add
    general = tuple(_general(evidence, {finding.rule for finding in findings}))
    return (*steps, *(general if steps else general[:1]))


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


def _general(evidence: Evidence, told: set[str]) -> Iterator[Step]:
    """Steps that follow from the run's own numbers, what is likely to help most first."""
    if evidence.finished:
        for step in (_pretrained(evidence), _more_data(evidence, told), _judge(evidence), _repeat(evidence)):
            if step is not None:
                yield step


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
        words=("train", "transfer", "--data", source),
    )


def _photographs(evidence: Evidence) -> bool:
    """Whether it classifies coloured images of some size."""
    shape = evidence.audit.get("shape") or ()
    coloured = evidence.audit.get("kind") == "image" and len(shape) == 3 and 3 in (shape[0], shape[-1])
    size = evidence.recipe.data.size or (sorted(shape)[1] if len(shape) == 3 else 0)
    return coloured and int(size) >= _SIDE


def _more_data(evidence: Evidence, told: set[str]) -> Step | None:
    """A trial with half of the images, where training and validation lie apart: it tells what twice as many would do."""
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
    reason = _("{n} test samples were kept apart and not read yet. Judged once, when nothing is changed any more, they say what to expect of new samples.")
    return Step(
        _("Judge it on its test samples."),
        reason.format(n=integer(evidence.count("test"))),
        words=("evaluate", "RUN", "--split", "test"),
    )


def _repeat(evidence: Evidence) -> Step | None:
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
