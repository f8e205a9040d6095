"""Leakage: images of the validation or test split that were trained on.

Not those that come as near to training images as images of these data come to one another: where classes hold a
handful of distinct pictures, as icons do, new images are as near, and the numbers hold for them.  That is a remark.
"""

from __future__ import annotations

from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.messages import _
from trasluz.numerals import integer, percent

_LEAST = 0.005  # of a split: half a point, by which such copies can lift a share
_GRAVE = 0.05
_KINDS = ("exact_duplicates", "near_duplicates")


def check(evidence: Evidence) -> Finding | None:
    """The split with the largest share of images that lie in training too, exactly or nearly."""
    share, copies, split = _largest(evidence, "copies")
    if share < _LEAST:
        return _by_nature(evidence)
    count = int(evidence.audit["splits"][split])
    words = {"copies": integer(copies), "count": integer(count), "share": percent(share)}
    valid = _("{copies} of the {count} validation samples ({share}) are in the training set too, exactly or nearly.")
    test = _("{copies} of the {count} test samples ({share}) are in the training set too, exactly or nearly.")
    return Finding(
        severity="bad" if share >= _GRAVE else "warn",
        title=_("Samples that were trained on are used to judge"),
        seen=(valid if split == "valid" else test).format(**words),
        meaning=_("Numbers on these samples flatter the network: it has seen the answers."),
        advice=_("Remove the copies from one side; `trasluz data check {source}` names them.").format(
            source=evidence.recipe.data.source
        )
        if not evidence.info.get("in_memory")
        else _("Remove the copies from one side."),
        numbers={"copies": float(copies), "count": float(count), "share": share},
        refuted_by=_("the pairs that the check names show different things."),
    )


def _by_nature(evidence: Evidence) -> Finding | None:
    """A remark where many samples are nearly training samples, but so are training samples among themselves."""
    share, alike, split = _largest(evidence, "across")
    if share < _GRAVE:
        return None
    count = int(evidence.audit["splits"][split])
    words = {"alike": integer(alike), "count": integer(count), "share": percent(share)}
    valid = _("{alike} of the {count} validation samples ({share}) are nearly the same as a training sample.")
    test = _("{alike} of the {count} test samples ({share}) are nearly the same as a training sample.")
    return Finding(
        severity="note",
        title=_("The classes hold few distinct samples"),
        seen=(valid if split == "valid" else test).format(**words)
        + " "
        + _("They lie no nearer to it than samples of these data lie to one another."),
        meaning=_("The numbers hold for samples as much alike as these, and say little of others."),
        advice=_(
            "That is as it must be where a class has a handful of pictures, as signs and icons do; where they were "
            "taken in series, keep each series on one side."
        ),
        numbers={"alike": float(alike), "count": float(count), "share": share},
        refuted_by=_("samples that are new to both sides are recognised less often."),
    )


def _largest(evidence: Evidence, told: str) -> tuple[float, int, str]:
    found = [(share, copies, split) for split in ("valid", "test") for share, copies in _copies(evidence, split, told)]
    return max(found, default=(0.0, 0, ""))


def _copies(evidence: Evidence, split: str, told: str) -> list[tuple[float, int]]:
    """Share and number of the split's samples per kind, by ``told``; early runs tell only ``across``."""
    count = int((evidence.audit.get("splits") or {}).get(split, 0))
    kinds = [evidence.audit.get(kind) or {} for kind in _KINDS]
    across = [pairs["across"] if pairs.get(told) is None else pairs[told] for pairs in kinds if pairs.get("across")]
    copies = [int(pairs.get(f"train/{split}", 0)) for pairs in across]
    return [(most / count, most) for most in copies] if count else []
