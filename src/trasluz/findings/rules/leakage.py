"""Leakage: images of the validation or test split that were trained on."""

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
    found = [(share, copies, split) for split in ("valid", "test") for share, copies in _copies(evidence, split)]
    share, copies, split = max(found, default=(0.0, 0, ""))
    if share < _LEAST:
        return None
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


def _copies(evidence: Evidence, split: str) -> list[tuple[float, int]]:
    count = int((evidence.audit.get("splits") or {}).get(split, 0))
    across = [(evidence.audit.get(kind) or {}).get("across") or {} for kind in _KINDS]
    copies = [int(pairs.get(f"train/{split}", 0)) for pairs in across]
    return [(most / count, most) for most in copies] if count else []
