"""Learning rates to advise: a step up or down, or where an optimiser usually begins if the rate is far from there."""

from __future__ import annotations

from trasluz.findings.evidence import Evidence, train_setting

_USUAL = {"adam": 1e-3, "adamw": 1e-3, "nadam": 1e-3, "rmsprop": 1e-3, "lion": 1e-4, "sgd": 0.05}
_FAR = 100.0  # times the usual rate, or below it: then ten times less, or more, is as far off as before


def usual_rate(evidence: Evidence) -> float | None:
    """Where the optimiser of the last phase usually begins; ``None`` for one that is not ours."""
    return _USUAL.get(evidence.train.optimiser.name)


def lower_rate(evidence: Evidence, times: float = 10.0) -> float:
    """The rate over ``times``; the usual one where it is more than a hundred times that."""
    rate, usual = evidence.train.optimiser.learning_rate, usual_rate(evidence)
    return usual if usual is not None and rate > _FAR * usual else rate / times


def higher_rate(evidence: Evidence, times: float = 10.0) -> float:
    """The rate ``times`` larger; the usual one where it is less than a hundredth of that."""
    rate, usual = evidence.train.optimiser.learning_rate, usual_rate(evidence)
    return usual if usual is not None and rate < usual / _FAR else rate * times


def rate_setting(evidence: Evidence, rate: float) -> str:
    """``--set`` that gives the optimiser of the last phase this rate, two digits of it."""
    return train_setting(evidence, "optimiser.learning_rate", f"{rate:.2g}")
