"""The importance-weighted bound of a split: thousands of draws of every code, in parts that fit into memory.

Each draw follows from the sample's position and the draw's number alone, so that the size of the parts changes
nothing but the time.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

import numpy as np
from torch import Tensor, nn

from trasluz.data.data import Data
from trasluz.data.feed.batch import Batch
from trasluz.data.feed.batches import evaluation_batches
from trasluz.errors import RequestError
from trasluz.evaluation.evaluation import Evaluation
from trasluz.families.base import BaseFamily
from trasluz.families.capabilities import BoundsEvidence, ask
from trasluz.messages import N_, _
from trasluz.metrics.clustered import jackknife
from trasluz.metrics.described import Metric
from trasluz.metrics.importance import importance_weighted_bound
from trasluz.metrics.intervals import UNKNOWN, unbounded_mean
from trasluz.model.model import Model
from trasluz.reporting import Reporter
from trasluz.rng import StepRng

METRICS = {
    "importance_weighted_nll": Metric(N_("Negative log-likelihood, importance-weighted (nats)"), "number", "lower"),
    "importance_samples": Metric(N_("Draws per code"), "count", "neither"),
}

MOST_SAMPLES = 5000
_CHUNK = 50  # draws that belong together: part of what is drawn, so never changed by memory
_VALUES = 2_000_000  # decoded numbers held at once


def check_importance(family: BaseFamily, samples: int) -> None:
    """Makes sure, before any work, that the bound can be computed.

    Raises:
        RequestError: too few or too many samples, a family without posteriors, or a likelihood that is none.
    """
    if not 1 <= samples <= MOST_SAMPLES:
        message = _("importance samples: {given} is not allowed; give a number from 1 to {most}.")
        raise RequestError(message.format(given=samples, most=MOST_SAMPLES))
    if "evidence" not in family.capabilities:
        message = _(
            "The importance-weighted bound needs a model with posteriors and a prior, such as vae; this one has none."
        )
        raise RequestError(message)
    ask(family, BoundsEvidence).need_evidence()


def add_importance_bound(
    evaluation: Evaluation,
    model: Model,
    data: Data,
    samples: int,
    *,
    reporter: Reporter = Reporter(),  # noqa: B008 - without state
) -> Evaluation:
    """``evaluation`` with ``importance_weighted_nll``: minus the mean bound in nats per sample, and its interval
    (Student's t; by groups, where samples come in groups).

    Also ``importance_samples``, ``bits_per_dim`` (``bits_per_dim_rounded`` where rounded values were judged) from this
    bound where the likelihood is a mass, and the record ``importance_weighted_bound`` ``[n]``.

    Raises:
        RequestError: as ``check_importance``.
    """
    check_importance(model.family, samples)
    found = bounds(model, data, evaluation.arrays["rows"], samples, reporter)
    interval = _interval(-found, evaluation.arrays.get("groups"))
    metrics = {"importance_weighted_nll": float(-found.mean()), "importance_samples": float(samples)}
    for name in {"bits_per_dim", "bits_per_dim_rounded"} & evaluation.metrics.keys():
        metrics[name] = metrics["importance_weighted_nll"] / (math.prod(model.spec.shape) * math.log(2))
    return dataclasses.replace(
        evaluation,
        metrics={**evaluation.metrics, **metrics},
        intervals={
            **evaluation.intervals,
            **({} if interval == UNKNOWN else {"importance_weighted_nll": interval}),
        },
        arrays={**evaluation.arrays, "importance_weighted_bound": found},
    )


def _interval(values: np.ndarray, groups: np.ndarray | None) -> tuple[float, float]:
    if groups is None:
        return unbounded_mean(values)
    return jackknife(lambda positions: float(values[positions].mean()), groups, "any") or UNKNOWN


def bounds(
    model: Model,
    data: Data,
    rows: np.ndarray,
    samples: int,
    reporter: Reporter,
) -> np.ndarray:
    """The bound of each row in nats, float64 ``[n]``."""
    at_once = max(1, _VALUES // (min(_CHUNK, samples) * math.prod(model.spec.shape)))
    bounded, found = model.ask(BoundsEvidence), []
    with reporter.task(_("Bounding the evidence"), len(rows), _("images")) as task:
        for batch, rng in evaluation_batches(data, rows, at_once, model.preprocess, model.device):
            with model.inference():
                weights = _chunks(bounded, model.networks, batch, rng, samples)
                found.append(importance_weighted_bound(weights).cpu().numpy())
            task.advance(len(batch))
    return np.concatenate(found)


def _chunks(
    bounded: BoundsEvidence, networks: nn.ModuleDict, batch: Batch, rng: StepRng, samples: int
) -> Iterator[Tensor]:
    for chunk, start in enumerate(range(0, samples, _CHUNK)):
        yield bounded.log_weights(networks, batch, rng, chunk, min(_CHUNK, samples - start))
