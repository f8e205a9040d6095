"""Reconstruction no better than PCA with a code as large, which costs nothing."""

from __future__ import annotations

from trasluz.findings.evidence import Evidence, longer
from trasluz.findings.finding import Finding
from trasluz.messages import _
from trasluz.numerals import integer, significant

OF_TRAINING = True
_BY_HEART = 0.25  # of the error of validation: who errs so little on training samples knows these, and not their kind


def check(evidence: Evidence) -> Finding | None:
    """A squared error whose interval does not lie below PCA's; of a linear network, above it.

    PCA is the best that a linear network can do (Baldi & Hornik 1989), so being as good is the end of its way.  Left
    out where the comparison means nothing: codes as large as the image, denoisers, which have another task, and codes
    chosen from a finite set, of which a place holds a few bits where a number of PCA holds 32.
    """
    main = evidence.main
    pca = {} if main is None else main.baselines.get("pca", {})
    if main is None or "mse" not in main.metrics or "mse" not in pca:
        return None
    if main.metrics.keys() & {"noisy_mse", "bits_per_image"}:
        return None
    low, high = main.intervals.get("mse", (main.metrics["mse"],) * 2)
    linear = _linear(evidence)
    if pca.get("code_larger_than_image") or pca["components"] < pca["code"] or high < pca["mse"]:
        return None
    if linear and low <= pca["mse"]:
        return None
    value, code = main.metrics["mse"], pca["code"]
    words = {"value": significant(value), "low": significant(low), "high": significant(high)}
    seen = _(
        "The mean squared error is {value} (95 % interval: {low} to {high}); PCA with {code} numbers reaches {pca}."
    ).format(**words, code=integer(code), pca=significant(pca["mse"]))
    shared, regularised = "accuracy" in main.metrics, bool(evidence.divergence)
    return Finding(
        severity="note" if regularised or shared else "warn",
        title=_("Not as good as PCA yet") if linear else _("No better than PCA"),
        seen=seen,
        meaning=_meaning(linear=linear, regularised=regularised, shared=shared),
        advice=_advice(evidence, linear=linear),
        numbers={"mse": value, "low": low, "high": high, "pca": pca["mse"], "code": code},
        settings=longer(evidence),
        refuted_by=_(
            "on other images of the kind its error lies below that of PCA, fitted to the same training images."
        ),
        cause="" if errors_apart(evidence) is None else "memorising",
    )


def _advice(evidence: Evidence, *, linear: bool) -> str:
    if evidence.stopped_itself:  # and longer training would stop at the same epoch
        return (
            _("Try another rate: PCA is where a linear network ends.")
            if linear
            else _("Try more channels or another rate, before you look into the code.")
        )
    return (
        _("Train longer or at another rate: PCA is where a linear network ends.")
        if linear
        else _("Train longer, with more channels or another rate, before you look into the code.")
    )


def errors_apart(evidence: Evidence) -> tuple[float, float] | None:
    """The squared errors of training samples and of validation, both in evaluation mode, where the first is less than
    a quarter of the second; else ``None``."""
    both = evidence.together("train_eval/mse", "valid/mse")
    if not both:
        return None
    trained, new = both[-1]
    return (trained, new) if trained < _BY_HEART * new else None


def _meaning(*, linear: bool, regularised: bool, shared: bool) -> str:
    if linear:
        return _("Without activations the network can do what PCA does and no more; it has not come that far.")
    if regularised:
        return _("A linear map does at least as well; some of that is the price of codes that follow a prior.")
    if shared:
        return _(
            "A linear map does at least as well; some of that is the price of a code that also tells classes apart."
        )
    return _("A linear map does at least as well: depth has brought nothing yet.")


def _linear(evidence: Evidence) -> bool:
    """Whether the network has no activation anywhere: dense parts without hidden layers, or with none between, whose
    last numbers are not bent into the range of an image's."""
    model, likelihood = evidence.recipe.model, evidence.recipe.model.get("likelihood")
    bent = evidence.audit.get("kind") == "image" and not (isinstance(likelihood, dict) and likelihood.get("linear"))
    parts = (model.get("encoder"), model.get("decoder"))
    return not bent and all(isinstance(part, dict) and _linear_part(part) for part in parts)


def _linear_part(part: dict[str, object]) -> bool:
    silent = not part.get("hidden", (100,)) or part.get("activation", "relu") == "none"
    return part.get("name") == "dense" and silent and part.get("code_activation", "none") == "none"
