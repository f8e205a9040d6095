"""Codes of a run's images: what it encodes them to, or the features that a classifier decides by."""

from __future__ import annotations

from typing import Literal

import numpy as np

from trasluz.errors import DataError
from trasluz.families.capabilities import Encodes, GivesFeatures
from trasluz.look.subject import Subject
from trasluz.messages import _
from trasluz.model.evaluation_mode import batch_size_for
from trasluz.numerals import significant
from trasluz.reporting import Reporter

_LARGEST = 1e15


def code_capability(subject: Subject) -> str | None:
    """``encode`` where the model can, else ``features`` where it can, else ``None``."""
    return next((name for name in ("encode", "features") if subject.can(name)), None)


def encode_samples(subject: Subject, samples: np.ndarray) -> np.ndarray:
    """The codes of stored samples, float32 ``[n, d]``; of a distribution its mean."""
    encode = subject.ask(Encodes).encode if subject.can("encode") else subject.ask(GivesFeatures).features
    return subject.over(samples, lambda inputs, _counted: encode(subject.networks, inputs).flatten(1))


def encode_rows(subject: Subject, rows: np.ndarray, reporter: Reporter) -> np.ndarray:
    """The codes of rows (at least one) of the data, which are read a batch at a time, float32 ``[n, d]``."""
    samples, found = subject.data.samples, []
    size = batch_size_for(samples)
    with reporter.task(_("Encoding"), total=len(rows), counted=_("images")) as task:
        for start in range(0, len(rows), size):
            part = np.asarray(samples[rows[start : start + size]])
            found.append(encode_samples(subject, part))
            task.advance(len(part))
    return np.concatenate(found)


def need_finite(codes: np.ndarray) -> np.ndarray:
    """The codes themselves.

    Raises:
        DataError: some are not finite, or so large that their squares cannot be compared.
    """
    if not np.isfinite(codes).all():
        raise DataError(_("Some codes are not finite numbers; the weights are damaged or training diverged."))
    if np.abs(codes).max(initial=0) > _LARGEST:
        raise DataError(_("Some codes are beyond {bound}; training diverged.").format(bound=significant(_LARGEST, 1)))
    return codes


def known_errors(subject: Subject, rows: np.ndarray) -> tuple[np.ndarray, Literal["", "reconstruction", "class"]]:
    """What evaluations recorded of these rows: float32 ``[n]``, NaN where nothing, and of what it is the error.

    Of a reconstruction its mean squared error, of a classification one minus the probability of the image's class.
    """
    found, of = np.full(len(rows), np.nan, np.float32), ""
    for evaluation in subject.evaluations.values():
        recorded = _recorded(evaluation.arrays)
        if recorded is None or "rows" not in evaluation.arrays:
            continue
        values, of = recorded
        known = dict(zip(evaluation.arrays["rows"].tolist(), values.tolist(), strict=True))
        its_own = np.array([known.get(row, np.nan) for row in rows.tolist()], np.float32)
        found = np.where(np.isnan(found), its_own, found)
    return found, of  # type: ignore[return-value]  # one of the two that _recorded gives, or none


def _recorded(arrays: dict[str, np.ndarray]) -> tuple[np.ndarray, str] | None:
    if "error" in arrays:
        return np.asarray(arrays["error"], np.float32), "reconstruction"
    if "probabilities" in arrays and "labels" in arrays and arrays["labels"].ndim == 1:
        labels, probabilities = arrays["labels"].astype(np.int64), arrays["probabilities"]
        if probabilities.ndim != 2:
            return None
        own = probabilities[np.arange(len(labels)), labels.clip(0)]
        return np.where(labels >= 0, 1 - own, np.nan).astype(np.float32), "class"
    return None
