"""Neighbours: which training images are nearest in the code and in pixels, and how well each tells the classes.

Pixels and PCA with as many numbers as the code has are the yardsticks: a code is worth what it adds to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from trasluz.errors import DataError
from trasluz.look.classes.probing import paired_difference
from trasluz.look.latent.codes import code_capability, encode_rows, encode_samples, need_finite
from trasluz.look.latent.pixel_features import pixels, pixels_of
from trasluz.look.latent.reading import POOL, TAUGHT, TESTED, Reading, reading, single_labels
from trasluz.look.latent.separation import Accuracy
from trasluz.look.pictures import pictures
from trasluz.look.projections import pca
from trasluz.look.result import Result
from trasluz.look.shown import Shown
from trasluz.look.subject import Subject
from trasluz.messages import N_, _
from trasluz.metrics.neighbours import nearest
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter

HELP = N_("The training images nearest in the code and nearest in pixels, and how well either tells the classes apart.")
DEFAULT = True
_FITTED = 2000  # images of wide samples to which PCA is fitted through their Gram matrix, in about a second


class Config(Section):
    """``count``: images whose neighbours are shown, ``nearest``: so many of each.

    ``pool``: at most so many training images, drawn at random, among which neighbours are sought; ``taught``: so many
    of them teach the linear probes; ``tested``: images of the split whose neighbours are asked for.
    """

    count: Annotated[int, Field(ge=1, le=64)] = 6
    nearest: Annotated[int, Field(ge=1, le=32)] = 8
    pool: Annotated[int, Field(ge=2, le=50_000)] = POOL
    taught: Annotated[int, Field(ge=2, le=20_000)] = TAUGHT
    tested: Annotated[int, Field(ge=2, le=20_000)] = TESTED


@dataclass(frozen=True)
class NeighboursResult(Result):
    """``images``: uint8 ``[n, h, w, c]``, whose neighbours are shown (empty without images), with ``image_labels``,
    int64 ``[n]`` of ``classes`` (−1 for none or several), and ``image_names``.

    By space, ``code`` and ``pixels``, nearest first: ``near`` uint8 ``[n, k, h, w, c]``, ``near_labels`` and
    ``near_rows`` int64 ``[n, k]``, ``distances`` float64 ``[n, k]`` (of pixels in [0, 1], averaged to 32 on a side).
    ``shared``: the share of the k nearest of an image that both spaces name, as a mean over ``tested`` images.

    With one label per sample, by space, ``code``, ``pca`` with ``pca_size`` numbers and ``pixels`` with
    ``pixels_size``: ``neighbours``, accuracy of what most of the five nearest training images are, and ``probes``,
    of a linear classifier; both of images of ``split``.  ``gains``: of the code over PCA on the same images, each with
    its 95 % interval (paired).  ``size``: numbers of a code; ``pool`` and ``taught``: training images;
    ``available``: how many the pool was taken from (0 where that was not kept).
    """

    images: np.ndarray
    image_labels: np.ndarray
    image_names: tuple[str, ...]
    classes: tuple[str, ...]
    near: dict[str, np.ndarray]
    near_labels: dict[str, np.ndarray]
    near_rows: dict[str, np.ndarray]
    distances: dict[str, np.ndarray]
    shared: float
    neighbours: dict[str, Accuracy]
    probes: dict[str, Accuracy]
    gains: dict[str, tuple[float, float, float]]
    size: int
    pca_size: int
    pixels_size: int
    pool: int
    taught: int
    tested: int
    split: str
    available: int = 0


RESULT = NeighboursResult


def refusal(subject: Subject) -> str | None:
    """Needs codes, or features, and images or one label per sample."""
    if code_capability(subject) is None:
        return subject.lacks("encode")
    if subject.spec.kind != "image" and (subject.spec.multi_label or not subject.spec.classes):
        return _("these data have neither images to show nor one class per sample to tell apart")
    return None


def compute(subject: Subject, images: Shown | None, config: Config, reporter: Reporter) -> NeighboursResult:
    """Neighbours of some images, and what is read off the code, PCA and pixels.

    Raises:
        DataError: there are fewer than two training images beside those looked at, or codes that are not finite.
    """
    shown = subject.pick(config.count) if images is None else _first(images, config.count)
    asked = reading(subject, config.pool, config.taught, config.tested)
    others = None if asked is None else np.flatnonzero(~np.isin(asked.pool, shown.rows))  # none is its own neighbour
    if asked is None or others is None or len(others) < 2:
        raise _too_few(0 if others is None else len(others))
    spaces = _spaces(subject, asked.pool, asked.tested, reporter)
    queries = {
        "code": need_finite(encode_samples(subject, shown.samples)),
        "pixels": pixels_of(subject, shown.samples),
    }
    k = min(config.nearest, len(others))
    found = {space: nearest(query, spaces[space][0][others], k) for space, query in queries.items()}
    rows = {space: asked.pool[others][near.indices] for space, near in found.items()}
    neighbours, probes, gains = _read_off(asked, spaces)
    return NeighboursResult(
        images=_images(subject, shown.samples),
        image_labels=_single(shown.labels),
        image_names=shown.names,
        classes=subject.data.classes,
        near={space: _neighbour_images(subject, of) for space, of in rows.items()},
        near_labels={space: single_labels(subject, of.ravel()).reshape(of.shape) for space, of in rows.items()},
        near_rows=rows,
        distances={space: near.distances for space, near in found.items()},
        shared=_shared(spaces, k),
        neighbours=neighbours,
        probes=probes,
        gains=gains,
        size=spaces["code"][0].shape[1],
        pca_size=spaces["pca"][0].shape[1],
        pixels_size=spaces["pixels"][0].shape[1],
        pool=len(asked.pool),
        taught=len(asked.taught),
        tested=len(asked.tested),
        split=subject.split,
        available=asked.available,
    )


def _first(images: Shown, count: int) -> Shown:
    return Shown(images.samples[:count], images.labels[:count], images.rows[:count], images.names[:count])


def _too_few(count: int) -> DataError:
    return DataError(
        _("look neighbours: there are {n} training images beside those looked at; at least two are needed.").format(
            n=count
        )
    )


def _spaces(
    subject: Subject, pool: np.ndarray, tested: np.ndarray, reporter: Reporter
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Features of the pool and of the tested images in each space, float32 ``[n, d]``."""
    rows = np.concatenate([pool, tested])
    codes = need_finite(encode_rows(subject, rows, reporter))
    plain = pixels(subject, rows)
    wide = plain.shape[1] > _FITTED
    fitted_on = plain[: len(pool)][:: -(-len(pool) // _FITTED) if wide else 1]
    size = min(codes.shape[1], plain.shape[1], len(fitted_on) - 1)
    reduced = pca.fit(fitted_on, axes=max(size, 1)).transform(plain)
    cut = len(pool)
    return {name: (of[:cut], of[cut:]) for name, of in (("code", codes), ("pca", reduced), ("pixels", plain))}


def _shared(spaces: dict[str, tuple[np.ndarray, np.ndarray]], k: int) -> float:
    """The share of ``k`` neighbours in the pool that code and pixels have in common, over the tested images."""
    code, plain = (nearest(spaces[name][1], spaces[name][0], k).indices for name in ("code", "pixels"))
    return float((code[:, :, None] == plain[:, None]).any(2).mean())


def _read_off(
    asked: Reading, spaces: dict[str, tuple[np.ndarray, np.ndarray]]
) -> tuple[dict[str, Accuracy], dict[str, Accuracy], dict[str, tuple[float, float, float]]]:
    """Accuracies of neighbours and of probes, and the gains of the code over PCA; nothing without labels."""
    if not asked.possible:
        return {}, {}, {}
    right = {
        "neighbours": {name: asked.by_neighbours(*features) for name, features in spaces.items()},
        "probes": {name: asked.by_probe(*features) for name, features in spaces.items()},
    }
    found = {how: {name: asked.accuracy(hits) for name, hits in each.items()} for how, each in right.items()}
    gains = {how: paired_difference(each["pca"], each["code"], asked.groups) for how, each in right.items()}
    return found["neighbours"], found["probes"], gains


def _single(labels: np.ndarray) -> np.ndarray:
    return labels.astype(np.int64) if labels.ndim == 1 else np.full(len(labels), -1, np.int64)


def _images(subject: Subject, samples: np.ndarray) -> np.ndarray:
    """Pictures of samples that are images; none of others."""
    if subject.spec.kind != "image" or not len(samples):
        return np.zeros((0, 1, 1, 1), np.uint8)
    return pictures(subject, samples)


def _neighbour_images(subject: Subject, rows: np.ndarray) -> np.ndarray:
    """Pictures ``[n, k, h, w, c]`` of rows ``[n, k]``."""
    found = _images(subject, np.asarray(subject.data.samples[rows.ravel()]))
    return found.reshape(*rows.shape, *found.shape[1:]) if len(found) else np.zeros((0, 0, 1, 1, 1), np.uint8)
