"""Class imbalance ignored: a rare class pays for it; where it is never named, this is why, and what is told."""

from __future__ import annotations

from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.findings.rules import class_never_predicted
from trasluz.messages import _
from trasluz.numerals import percent, significant

_IMBALANCED = 3.0  # the ratio from which the data's audit warns


def check(evidence: Evidence) -> Finding | None:
    """Training classes of very different sizes, none weighed, and the rarest found less often beyond chance."""
    ratio, main = evidence.audit.get("imbalance") or 0.0, evidence.main
    if ratio < _IMBALANCED or evidence.recipe.data.balance != "none" or main is None or main.per_class is None:
        return None
    sizes = {name: counts.get("train", 0) for name, counts in (evidence.audit.get("classes") or {}).items()}
    known = [name for name in sizes if sizes[name] and main.per_class.get(name, {}).get("support", 0) > 0]
    if len(known) < 2:
        return None
    rare, frequent = min(known, key=sizes.__getitem__), max(known, key=sizes.__getitem__)
    found = {name: main.per_class[name]["recall"] for name in (rare, frequent)}
    count = {name: int(main.per_class[name]["support"]) for name in (rare, frequent)}
    high = evidence.share_interval(found[rare], count[rare])[1]
    low = evidence.share_interval(found[frequent], count[frequent])[0]
    if high >= low:
        return None
    words = {"rare": rare, "frequent": frequent, "ratio": significant(ratio, 2)}
    shares = {"found": percent(found[rare]), "beside": percent(found[frequent])}
    seen = _(
        "{frequent} has {ratio} times as many training samples as {rare}; it finds {beside} of {frequent}, {found} "
        "of {rare}."
    ).format(**words, **shares)
    return Finding(
        severity="warn",
        title=_("Class imbalance ignored"),
        seen=f"{seen} {class_never_predicted.said(evidence)}".strip(),
        meaning=_(
            "All samples count the same, so the network serves the classes that have many and gives up the rare."
        ),
        advice=_("Weigh the classes, or draw them equally often."),
        numbers={"ratio": float(ratio), "recall_of_rarest": found[rare], "recall_of_largest": found[frequent]},
        settings=("data.balance=weights",),
        refuted_by=_("with as many training samples of each class {rare} is found as seldom.").format(rare=rare),
        cause="imbalance",
        specific=1,
    )
