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
from trasluz.reporting import Reporter, Task

_LARGEST = 1e15
_KEPT = 2**28  # bytes of a split's codes that are kept for other looks, at most


def code_capability(subject: Subject) -> str | None:
    """``encode`` where the model can, else ``features`` where it can, else ``None``."""
    return next((name for name in ("encode", "features") if subject.can(name)), None)


def encode_samples(subject: Subject, samples: np.ndarray) -> np.ndarray:
    """The codes of stored samples, float32 ``[n, d]``; of a distribution its mean."""
    encode = subject.ask(Encodes).encode if subject.can("encode") else subject.ask(GivesFeatures).features
    return subject.over(samples, lambda inputs, _counted: encode(subject.networks, inputs).flatten(1))


def encode_rows(subject: Subject, rows: np.ndarray, reporter: Reporter) -> np.ndarray:
    """The codes of rows (at least one) of the data, which are read a batch at a time, float32 ``[n, d]``.

    Where half of a split or more is asked for, all of it is encoded and kept for the next look.  Which batch a row is
    in, and so its last bits, follows from ``rows`` alone, whatever was kept before.
    """
    whole = [name for name, own in subject.data.splits.items() if _mostly(own, rows)]
    own_rows = [subject.data.split(name) for name in whole]
    rest = rows[~np.isin(rows, np.concatenate(own_rows))] if whole else rows
    missing = [name for name in whole if name not in subject.split_codes]
    total = len(rest) + sum(len(subject.data.split(name)) for name in missing)
    with reporter.task(_("Encoding"), total=total, counted=_("images")) as task:
        parts = [subject.split_codes.get(name) for name in whole]
        found = [
            _encoded(subject, own, task) if part is None else part for own, part in zip(own_rows, parts, strict=True)
        ]
        others = [_encoded(subject, rest, task)] if len(rest) else []
    for name, codes in zip(whole, found, strict=True):
        if codes.nbytes <= _KEPT:
            subject.split_codes[name] = codes
    if not whole:
        return others[0]
    known = np.concatenate([*own_rows, rest])
    order = np.argsort(known, kind="stable")
    return np.concatenate([*found, *others])[order[np.searchsorted(known[order], rows)]]


def _mostly(split: np.ndarray, rows: np.ndarray) -> bool:
    """Whether ``rows`` hold half of a split or more, so that encoding all of it costs at most twice as much."""
    return 0 < len(split) <= 2 * len(rows) and 2 * int(np.isin(split, rows).sum()) >= len(split)


def _encoded(subject: Subject, rows: np.ndarray, task: Task) -> np.ndarray:
    """Codes of rows, a batch of samples in memory at a time."""
    samples, found = subject.data.samples, []
    size = batch_size_for(samples)
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
