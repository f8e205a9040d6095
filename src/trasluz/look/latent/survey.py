"""Survey: the codes of many images with what they are drawn from, for looks that measure the code itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from trasluz.errors import DataError
from trasluz.families.capabilities import HasPosterior
from trasluz.look.latent.codes import encode_rows, encode_samples, need_finite
from trasluz.look.shown import drawn
from trasluz.look.subject import Subject
from trasluz.messages import _
from trasluz.model.evaluation_mode import batch_size_for
from trasluz.objectives.divergences.kl import per_dimension
from trasluz.reporting import Reporter
from trasluz.rng import Rng

MOST_VALUES = 50_000_000  # numbers of all codes together: 200 MB


@dataclass(frozen=True)
class Survey:
    """Codes of ``rows`` of the data, int64 ``[n]``.

    ``mean``: float32 ``[n, d]``, the code, of a distribution its mean.  ``log_variance``: float32 ``[n, d]`` of each
    code's Gaussian, ``None`` where codes are points.  ``latents``: one draw of each code, else the codes.
    """

    rows: np.ndarray
    mean: np.ndarray
    log_variance: np.ndarray | None
    latents: np.ndarray

    @cached_property
    def kl(self) -> np.ndarray | None:
        """KL of each dimension from the standard normal, as a mean over the codes: float64 ``[d]`` in nats."""
        if self.log_variance is None:
            return None
        each = per_dimension(torch.from_numpy(self.mean), torch.from_numpy(self.log_variance))
        found: np.ndarray = each.double().mean(0).numpy()
        return found

    @cached_property
    def variance(self) -> np.ndarray:
        """Variance of each dimension's mean over the images, float64 ``[d]``."""
        found: np.ndarray = self.mean.astype(np.float64).var(0)
        return found

    @property
    def order(self) -> np.ndarray:
        """Dimensions by falling KL, or by falling variance where codes are points; int64 ``[d]``."""
        strength = self.variance if self.kl is None else self.kl
        return np.argsort(-strength, kind="stable")


def survey(subject: Subject, count: int, reporter: Reporter) -> Survey:
    """Codes of at most ``count`` images of the split, drawn at random; fewer where a code is very wide.

    Raises:
        DataError: there are fewer than two images, or codes that are not finite.
    """
    rows = chosen_rows(subject, subject.rows, count)
    if len(rows) < 2:
        raise DataError(_("Codes are compared, so at least two images are needed; there are {n}.").format(n=len(rows)))
    if not subject.can("posterior"):
        codes = need_finite(encode_rows(subject, rows, reporter))
        return Survey(rows, codes, None, codes)
    mean, log_variance = _posteriors(subject, rows, reporter)
    noise = Rng(0).normal("survey", 0, torch.from_numpy(rows), mean.shape[1]).numpy()
    with np.errstate(over="ignore"):
        deviation = need_finite(np.exp(0.5 * log_variance))
    return Survey(rows, mean, log_variance, mean + deviation * noise)


def chosen_rows(subject: Subject, rows: np.ndarray, count: int) -> np.ndarray:
    """At most ``count`` of ``rows``, drawn with a fixed seed and sorted, so many that their codes fit in memory."""
    if not len(rows):
        return rows
    width = encode_samples(subject, np.asarray(subject.data.samples[rows[:1]])).shape[1]
    most = min(count, max(MOST_VALUES // width, 2))
    return drawn(np.asarray(rows, np.int64), most, "survey")


def _posteriors(subject: Subject, rows: np.ndarray, reporter: Reporter) -> tuple[np.ndarray, np.ndarray]:
    """Mean and log-variance of each code, float32 ``[n, d]`` each."""
    samples, found = subject.data.samples, []
    size = batch_size_for(samples)

    def both(inputs: torch.Tensor, _counted: torch.Tensor) -> torch.Tensor:
        return torch.stack(subject.ask(HasPosterior).posterior(subject.networks, inputs), 1)

    with reporter.task(_("Encoding"), total=len(rows), counted=_("images")) as task:
        for start in range(0, len(rows), size):
            part = np.asarray(samples[rows[start : start + size]])
            found.append(subject.over(part, both))
            task.advance(len(part))
    codes = need_finite(np.concatenate(found))
    return codes[:, 0], codes[:, 1]
