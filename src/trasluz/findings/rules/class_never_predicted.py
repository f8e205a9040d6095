"""A class that is never predicted, though it is there."""

from __future__ import annotations

from trasluz.findings.evidence import Evidence, longer
from trasluz.findings.finding import Finding
from trasluz.findings.rules.one_answer import check as one_answer
from trasluz.messages import _, ngettext
from trasluz.numerals import integer

OF_TRAINING = True
_FEWEST = 10  # images of it: a class that is found half of the time is missed ten times once in a thousand
_NAMED = 5
_TIMES = 4  # units per class in a layer that is widened: of those of a ReLU about half are at zero for a sample
_UNEVEN = 1.5  # largest over smallest class, from which weights change anything


def check(evidence: Evidence) -> Finding | None:
    """Columns of the confusion that are empty where their rows are not."""
    main = evidence.main
    if main is None or main.confusion is None:
        return None
    there, said = main.confusion.sum(1), main.confusion.sum(0)
    missing = [i for i in range(len(there)) if there[i] >= _FEWEST and said[i] == 0]
    if not missing:
        return None
    names = ", ".join(main.classes[i] for i in missing[:_NAMED]) + (" …" if len(missing) > _NAMED else "")
    images, widened = int(sum(there[i] for i in missing)), wider(evidence)
    return Finding(
        severity="bad",
        title=_("A class is never predicted"),
        seen=ngettext(
            "No sample was ever taken for {names}, though {images} are.",
            "No sample was ever taken for any of {names}, though {images} are.",
            len(missing),
        ).format(names=names, images=integer(images)),
        meaning=_("For these samples the answer is wrong before it is given; accuracy hides that."),
        advice=_advice(evidence, widened),
        numbers={"classes": float(len(missing)), "images": float(images)},
        settings=("data.balance=weights",) if _uneven(evidence) else widened or longer(evidence),
        refuted_by=_("it names the class for any sample of an evaluation as large as this one."),
        cause="imbalance" if _uneven(evidence) and one_answer(evidence) is None else "learned little",
    )


def said(evidence: Evidence) -> str:
    """That a class is never named, for findings that tell the cause of it in its place; empty where each is."""
    found = check(evidence)
    return "" if found is None else found.seen


def of_even_classes(evidence: Evidence) -> bool:
    """Whether a class is never named although none is rare, or they are weighed."""
    return check(evidence) is not None and not _uneven(evidence)


def widen() -> str:
    """What to do where ``wider`` has a setting."""
    return _("Widen the hidden layer that has fewer units than there are classes.")


def _advice(evidence: Evidence, widened: tuple[str, ...]) -> str:
    if widened and not _uneven(evidence):
        return widen()
    if _uneven(evidence):
        return _("Weigh the classes, and see whether they were learned at all: there may be too few samples or epochs.")
    if evidence.stopped_itself:
        return _(
            "See whether the class can be told apart at all: look at its samples and their labels, and try a larger "
            "network."
        )
    return _("Train longer, and see whether the class can be told apart at all: look at its samples and their labels.")


def wider(evidence: Evidence) -> tuple[str, ...]:
    """A dense network whose hidden layers are all as wide as the classes need; nothing where they are already.

    Behind w units the scores of k classes lie in w dimensions: with w below k − 1 they cannot be equally far apart, and
    the classes in the middle are named by nobody.
    """
    network = evidence.recipe.model.get("network")
    hidden = network.get("hidden") if isinstance(network, dict) and network.get("name") == "dense" else None
    classes = 0 if evidence.main is None else len(evidence.main.classes)
    if not isinstance(hidden, (list, tuple)) or not hidden or min(hidden) >= classes - 1:
        return ()
    widths = ", ".join(str(width if width >= classes - 1 else _TIMES * classes) for width in hidden)
    return (f"model.network.hidden=[{widths}]",)


def _uneven(evidence: Evidence) -> bool:
    """Whether the classes differ in size and are not weighed."""
    return (evidence.audit.get("imbalance") or 1.0) >= _UNEVEN and evidence.recipe.data.balance == "none"
