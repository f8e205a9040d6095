"""Reconstruction no better than PCA with a code as large, which costs nothing."""

from __future__ import annotations

from trasluz.findings.evidence import Evidence, train_setting
from trasluz.findings.finding import Finding
from trasluz.messages import _
from trasluz.numerals import integer, significant


def check(evidence: Evidence) -> Finding | None:
    """A squared error whose interval does not lie below PCA's.

    Left out where the comparison means nothing: codes as large as the image, denoisers, which have another task.
    """
    main = evidence.main
    pca = {} if main is None else main.baselines.get("pca", {})
    if main is None or "mse" not in main.metrics or "mse" not in pca or "noisy_mse" in main.metrics:
        return None
    low, high = main.intervals.get("mse", (main.metrics["mse"],) * 2)
    if pca.get("code_larger_than_image") or pca["components"] < pca["code"] or high < pca["mse"]:
        return None
    value, code = main.metrics["mse"], pca["code"]
    words = {"value": significant(value), "low": significant(low), "high": significant(high)}
    seen = _(
        "The mean squared error is {value} (95 % interval: {low} to {high}); PCA with {code} numbers reaches {pca}."
    ).format(**words, code=integer(code), pca=significant(pca["mse"]))
    regularised = bool(evidence.divergence)
    return Finding(
        severity="note" if regularised else "warn",
        title=_("No better than PCA"),
        seen=seen,
        meaning=_("A linear map does as well: depth has brought nothing yet.")
        if not regularised
        else _("A linear map does as well; some of that is the price of codes that follow a prior."),
        advice=_("Train longer, with more channels or another rate, before you look into the code."),
        numbers={"mse": value, "low": low, "high": high, "pca": pca["mse"], "code": code},
        settings=(train_setting(evidence, "epochs", 2 * evidence.train.epochs),),
    )
