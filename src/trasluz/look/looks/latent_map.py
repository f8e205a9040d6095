"""Latent map: the codes of many images as points on a plane, with what is known of each image.

A model that encodes is asked for its codes, a classifier for what goes into its last layer.  How far the classes lie
apart is measured on the codes themselves, because a map of two dimensions may show groups that are none and hide
groups that are.  Images from elsewhere are placed into the map of the run's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from trasluz.errors import DataError, RequestError
from trasluz.look.latent.codes import code_capability, encode_rows, encode_samples, known_errors, need_finite
from trasluz.look.latent.reading import read_off, single_labels
from trasluz.look.latent.separation import Accuracy, density
from trasluz.look.projections import Projection, find
from trasluz.look.result import Result
from trasluz.look.shown import Shown
from trasluz.look.subject import Subject
from trasluz.look.thumbnails import thumbnails
from trasluz.messages import N_, _
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter
from trasluz.rng import Rng

HELP = N_("The latent space as a map: PCA, t-SNE or UMAP of the codes, with a thumbnail under every point.")
DEFAULT = True
GIVEN = "given"
_VALUES = 50_000_000  # numbers of all codes together: 200 MB
_SEED = 0


class Config(Section):
    """``method``: a name of ``look/projections``; without it, maps by ``pca`` and ``t-sne``.

    ``count``: at most so many images, fewer where the code is very wide (50 million numbers in all).  ``splits``:
    ``one`` is the split that is looked at, ``all`` every split (test only where it was evaluated or asked for).
    """

    method: str | None = None
    count: Annotated[int, Field(ge=5, le=70_000)] = 2000
    splits: Literal["one", "all"] = "one"


@dataclass(frozen=True)
class LatentMapResult(Result):
    """``positions``: method → float32 ``[n, 2]``.  ``facts``: ``method/name`` → number (shares of variance, …).

    ``labels``: int64 ``[n]`` of ``classes``, −1 for none or several.  ``splits``: int64 ``[n]`` of ``split_names``;
    ``given`` are images from elsewhere.  ``error``: float32 ``[n]``, NaN where unknown: mean squared error of the
    reconstruction (``error_of`` is ``reconstruction``), or one minus the probability of the image's own class
    (``class``).  ``density``: float32 ``[n]``, minus the logarithm of the mean distance to the five nearest codes.
    ``thumbnails``: uint8 ``[m, h, w, c]`` of the first m points.  ``rows``: int64 ``[n]`` of the data, −1 for images
    from elsewhere; ``names``: of their files, or none.  ``size``: numbers of a code.  ``available``: images that
    there were.  ``neighbours`` and ``probe``: how well training images tell the classes of the split's by their codes
    (``look/latent/reading.py``, as in the look ``neighbours``); ``None`` without labels or training images.
    """

    positions: dict[str, np.ndarray]
    facts: dict[str, float]
    labels: np.ndarray
    classes: tuple[str, ...]
    splits: np.ndarray
    split_names: tuple[str, ...]
    error: np.ndarray
    error_of: Literal["", "reconstruction", "class"]
    density: np.ndarray
    thumbnails: np.ndarray
    rows: np.ndarray
    names: tuple[str, ...]
    size: int
    available: int
    neighbours: Accuracy | None
    probe: Accuracy | None


RESULT = LatentMapResult


def refusal(subject: Subject) -> str | None:
    """Needs codes, or features."""
    return None if code_capability(subject) else subject.lacks("encode")


def compute(subject: Subject, images: Shown | None, config: Config, reporter: Reporter) -> LatentMapResult:
    """Codes, their maps and what is known of each image.

    Raises:
        RecipeError: there is no such method.
        RequestError: the method is not installed.
        DataError: there are fewer than two images, or codes that are not finite.
    """
    methods = (config.method,) if config.method else ("pca", "t-sne")
    for method in methods:
        reason = find(method).missing()
        if reason is not None:
            raise RequestError(reason)
    rows, splits, names, available = _choose(subject, config)
    codes = need_finite(encode_rows(subject, rows, reporter))
    shown = None if images is None or not len(images) else need_finite(encode_samples(subject, images.samples))
    maps = {method: find(method).fit(codes, _SEED) for method in methods}
    labels = single_labels(subject, rows)
    neighbours, probe = read_off(subject, reporter) or (None, None)
    error, error_of = known_errors(subject, rows)
    given = 0 if images is None else len(images)
    return LatentMapResult(
        positions={method: _with(found, shown) for method, found in maps.items()},
        facts={f"{method}/{name}": value for method, found in maps.items() for name, value in found.facts.items()},
        labels=np.concatenate([labels, np.full(given, -1)]),
        classes=subject.data.classes,
        splits=np.concatenate([splits, np.full(given, len(names))]),
        split_names=(*names, GIVEN) if given else names,
        error=np.concatenate([error, np.full(given, np.nan, np.float32)]),
        error_of=error_of,
        density=density(codes, shown),
        thumbnails=_pictures(subject, rows, images),
        rows=np.concatenate([rows, np.full(given, -1)]),
        names=_names(subject, rows, images),
        size=codes.shape[1],
        available=available,
        neighbours=neighbours,
        probe=probe,
    )


def _choose(subject: Subject, config: Config) -> tuple[np.ndarray, np.ndarray, tuple[str, ...], int]:
    """Rows in rising order of split and number, the split of each, the splits' names, and how many rows there were."""
    parts = {name: subject.data.split(name) for name in _split_names(subject, config)}
    parts = {name: rows for name, rows in parts.items() if len(rows)}
    rows = np.concatenate(list(parts.values())) if parts else np.empty(0, np.int64)
    of = np.repeat(np.arange(len(parts)), [len(part) for part in parts.values()])
    if len(rows) < 2:
        raise DataError(_("A map needs at least two images; there are {n}.").format(n=len(rows)))
    count = min(config.count, max(_VALUES // _width(subject, rows), 2))
    chosen = np.sort(Rng(_SEED).permutation("latent-map", 0, len(rows))[:count].numpy())
    return np.asarray(rows[chosen], np.int64), of[chosen].astype(np.int64), tuple(parts), len(rows)


def _split_names(subject: Subject, config: Config) -> tuple[str, ...]:
    if config.splits == "one":
        return (subject.split,)
    closed = () if subject.split == "test" or "test" in subject.evaluations else ("test",)
    return tuple(name for name in subject.data.splits if name not in closed)


def _width(subject: Subject, rows: np.ndarray) -> int:
    """Numbers of a code."""
    return int(encode_rows(subject, rows[:1], Reporter()).shape[1])


def _with(found: Projection, shown: np.ndarray | None) -> np.ndarray:
    """The map's own points, and those placed into it."""
    own = np.asarray(found.positions, np.float32)
    return own if shown is None else np.concatenate([own, found.transform(shown)])


def _pictures(subject: Subject, rows: np.ndarray, images: Shown | None) -> np.ndarray:
    own = thumbnails(subject, rows, None)
    if images is None or not len(images) or len(own) < len(rows):
        return own
    return np.concatenate([own, thumbnails(subject, None, images.samples, like=own)])


def _names(subject: Subject, rows: np.ndarray, images: Shown | None) -> tuple[str, ...]:
    """Names of files; none where neither the data nor the images have any."""
    files = subject.data.files
    if not files and images is None:
        return ()
    own = tuple(files[row] for row in rows) if files else tuple(str(row) for row in rows)
    return own if images is None else (*own, *images.names)
