"""Latent walk: what the decoder makes of codes between images, along single dimensions and over a plane of them.

Rows 0.3 and 2.1 of the notebooks name the models whose latent spaces they walk.  A model that only has a prior, as a
GAN, is walked between draws from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import torch
from pydantic import Field

from trasluz.errors import RequestError
from trasluz.families.capabilities import HasPrior
from trasluz.look.latent.codes import encode_samples, need_finite
from trasluz.look.latent.decoding import decoded, is_told_classes
from trasluz.look.latent.paths import along_dimensions, linear, over_plane, spherical
from trasluz.look.latent.survey import Survey, survey
from trasluz.look.pictures import pictures
from trasluz.look.projections import pca
from trasluz.look.result import Result
from trasluz.look.shown import Shown
from trasluz.look.subject import Subject
from trasluz.messages import N_, _
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter
from trasluz.rng import Rng

HELP = N_("What lies between codes: from image to image, along single dimensions, and over a plane.")
DEFAULT = True
_NOTHING = np.zeros((0, 0, 1, 1, 1), np.uint8)


class Config(Section):
    """``pairs``: at most so many ways from image to image; of images that somebody chose, from each to the next.

    ``steps``: images on a way, both ends included.  ``dimensions``: so many single dimensions, those first that the
    code uses most, each up to ``reach`` standard deviations of the codes to either side.  ``grid``: images on a side
    of the plane.  ``count``: at most so many images of the split tell how codes are spread.
    """

    pairs: Annotated[int, Field(ge=0, le=32)] = 3
    steps: Annotated[int, Field(ge=2, le=25)] = 9
    dimensions: Annotated[int, Field(ge=0, le=64)] = 8
    reach: Annotated[float, Field(gt=0, le=10)] = 3.0
    grid: Annotated[int, Field(ge=0, le=30)] = 13
    count: Annotated[int, Field(ge=2, le=70_000)] = 2000


@dataclass(frozen=True)
class LatentWalkResult(Result):
    """``ways``: way → uint8 ``[pairs, steps, h, w, c]``, decoded along a ``line`` between codes, with a Gaussian prior
    also along the ``arc`` around its centre, and ``fade``, the two images mixed pixel by pixel.

    ``ends``: uint8 ``[pairs, 2, h, w, c]``, the images themselves; empty where both ends are draws from the prior.
    ``end_names``: of their files or rows.  ``shares``: float64 ``[steps]`` of the way.

    ``dimensions``: int64 ``[k]``, counted from 0.  ``strength``: float64 ``[k]`` of each, its KL from the prior in
    nats (``strength_of`` is ``kl``) or its variance.  ``values``: float64 ``[k, steps]`` that it takes, never beyond
    what a code of the survey has; ``steps_of_spread`` ``[steps]``: the same in standard deviations from the mean.
    ``walks``: uint8 ``[k, steps, h, w, c]``, from one image's code.  ``change``: float64 ``[k]``, root of the mean
    squared difference between both ends, of pixels in [0, 1].

    ``plane``: uint8 ``[rows, side, h, w, c]``, the first axis to the right, the second upwards; ``plane_of`` the two
    leading ``dimensions`` or principal ``components``; ``plane_share``: of the codes' variance along both.
    ``size``: numbers of a code.  ``surveyed``: codes measured (0 for draws from the prior).
    """

    ways: dict[str, np.ndarray]
    ends: np.ndarray
    end_names: tuple[tuple[str, str], ...]
    shares: np.ndarray
    dimensions: np.ndarray
    strength: np.ndarray
    strength_of: Literal["kl", "variance"]
    values: np.ndarray
    steps_of_spread: np.ndarray
    walks: np.ndarray
    change: np.ndarray
    plane: np.ndarray
    plane_of: Literal["", "dimensions", "components"]
    plane_share: float
    size: int
    surveyed: int


RESULT = LatentWalkResult


def refusal(subject: Subject) -> str | None:
    """Needs a decoder of images, and codes or a prior to start from."""
    missing = subject.lacks("decode")
    if missing is None and not subject.can("prior"):
        missing = subject.lacks("encode")
    if missing is None and subject.spec.kind != "image":
        return _("only a decoder of images has something to show between codes")
    return missing


def compute(subject: Subject, images: Shown | None, config: Config, reporter: Reporter) -> LatentWalkResult:
    """Walks between images, along dimensions and over a plane.

    Raises:
        RequestError: images were chosen for a model that cannot encode.
        DataError: the split has fewer than two images, or codes are not finite.
    """
    shares = np.linspace(0, 1, config.steps)
    offsets = np.linspace(-config.reach, config.reach, config.steps)
    if not subject.can("encode"):
        if images is not None:
            raise RequestError(_("look latent-walk: {reason}.").format(reason=subject.lacks("encode")))
        return _from_prior(subject, config, shares, offsets)
    codes = survey(subject, config.count, reporter)
    firsts, seconds = _pairs(subject, images, config.pairs)
    start = _start(subject, images, codes)
    dimensions = codes.order[: config.dimensions]
    values = _values(codes.mean, dimensions, offsets)
    walks = _decoded(subject, along_dimensions(start, dimensions, values)) if len(dimensions) else _NOTHING
    plane, plane_of, share = _plane(subject, codes, config.grid)
    strength = codes.variance if codes.kl is None else codes.kl
    return LatentWalkResult(
        ways=_ways(subject, firsts, seconds, shares),
        ends=_ends(subject, firsts, seconds),
        end_names=tuple(zip(firsts.names, seconds.names, strict=True)),
        shares=shares,
        dimensions=dimensions,
        strength=strength[dimensions],
        strength_of="variance" if codes.kl is None else "kl",
        values=values,
        steps_of_spread=offsets,
        walks=walks,
        change=_change(walks),
        plane=plane,
        plane_of=plane_of,
        plane_share=share,
        size=codes.mean.shape[1],
        surveyed=len(codes.rows),
    )


def _from_prior(subject: Subject, config: Config, shares: np.ndarray, offsets: np.ndarray) -> LatentWalkResult:
    """Ways between draws from the prior; which dimensions matter is not known without codes of images."""
    positions = torch.arange(2 * config.pairs, device=subject.device)
    with torch.inference_mode():
        drawn = subject.ask(HasPrior).prior(subject.networks, len(positions), Rng(0).at(0, 0, positions))
    ends = drawn.float().cpu().numpy()
    return LatentWalkResult(
        ways=_between(subject, ends[: config.pairs], ends[config.pairs :], shares),
        ends=_NOTHING,
        end_names=(),
        shares=shares,
        dimensions=np.zeros(0, np.int64),
        strength=np.zeros(0),
        strength_of="variance",
        values=np.zeros((0, len(shares))),
        steps_of_spread=offsets,
        walks=_NOTHING,
        change=np.zeros(0),
        plane=_NOTHING,
        plane_of="",
        plane_share=0.0,
        size=ends.shape[1],
        surveyed=0,
    )


def _pairs(subject: Subject, images: Shown | None, count: int) -> tuple[Shown, Shown]:
    """Both ends of every way: of the run's own images between classes, of chosen ones from each to the next."""
    if images is not None:
        last = min(len(images) - 1, count)
        return _part(images, slice(0, last)), _part(images, slice(1, last + 1))
    own = subject.pick(2 * count)
    half = len(own) // 2
    return _part(own, slice(0, half)), _part(own, slice(half, 2 * half))


def _part(shown: Shown, part: slice) -> Shown:
    return Shown(shown.samples[part], shown.labels[part], shown.rows[part], shown.names[part])


def _start(subject: Subject, images: Shown | None, codes: Survey) -> np.ndarray:
    """The code from which dimensions are walked: of the first chosen image, else the one nearest to the middle."""
    if images is not None and len(images):
        found: np.ndarray = need_finite(encode_samples(subject, images.samples[:1]))[0]
        return found
    spread = np.sqrt(codes.variance)
    apart = np.divide(codes.mean - codes.mean.mean(0), spread, out=np.zeros_like(codes.mean), where=spread > 0)
    nearest: np.ndarray = codes.mean[int(np.square(apart).sum(1).argmin())]
    return nearest


def _values(mean: np.ndarray, dimensions: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """What each dimension is set to: ``[k, steps]``, inside what codes have, as a ReLU's are never below 0."""
    of = mean[:, dimensions].astype(np.float64)
    values = of.mean(0)[:, None] + of.std(0)[:, None] * offsets
    found: np.ndarray = np.clip(values, of.min(0)[:, None], of.max(0)[:, None])
    return found


def _ways(subject: Subject, firsts: Shown, seconds: Shown, shares: np.ndarray) -> dict[str, np.ndarray]:
    if not len(firsts):
        return {}
    first, second = (need_finite(encode_samples(subject, shown.samples)) for shown in (firsts, seconds))
    found = _between(subject, first, second, shares)
    first, second = (pictures(subject, shown.samples) for shown in (firsts, seconds))
    found["fade"] = linear(first, second, shares).round().astype(np.uint8)
    return found


def _between(subject: Subject, firsts: np.ndarray, seconds: np.ndarray, shares: np.ndarray) -> dict[str, np.ndarray]:
    """``line`` and, around the centre of a prior, ``arc``."""
    if not len(firsts):
        return {}
    paths = {"line": linear(firsts, seconds, shares)}
    if subject.can("prior"):
        paths["arc"] = spherical(firsts, seconds, shares)
    return {way: _decoded(subject, codes) for way, codes in paths.items()}


def _decoded(subject: Subject, codes: np.ndarray) -> np.ndarray:
    """Pictures ``[rows, columns, h, w, c]`` of codes ``[rows, columns, d]``; of a model of classes a row has one."""
    rows, columns = codes.shape[:2]
    classes = is_told_classes(subject)
    labels = np.repeat(np.arange(rows) % classes, columns) if classes else None
    found = decoded(subject, codes.reshape(rows * columns, -1), labels)
    return found.reshape(rows, columns, *found.shape[1:])


def _ends(subject: Subject, firsts: Shown, seconds: Shown) -> np.ndarray:
    if not len(firsts):
        return _NOTHING
    return np.stack([pictures(subject, shown.samples) for shown in (firsts, seconds)], 1)


def _change(walks: np.ndarray) -> np.ndarray:
    """Root of the mean squared difference between the ends of each walk, of pixels in [0, 1]."""
    if not len(walks):
        return np.zeros(0)
    apart = (walks[:, -1].astype(np.float64) - walks[:, 0]) / 255
    found: np.ndarray = np.sqrt(np.square(apart).mean((1, 2, 3)))
    return found


def _plane(
    subject: Subject, codes: Survey, side: int
) -> tuple[np.ndarray, Literal["", "dimensions", "components"], float]:
    """The plane's pictures, what its axes are, and the share of the codes' variance along them."""
    whole = float(codes.variance.sum())
    if not side or whole <= 0:
        return _NOTHING, "", 0.0
    centre = codes.latents.mean(0, dtype=np.float64)
    if codes.kl is not None:
        chosen = codes.order[:2]
        axes = np.eye(len(centre))[chosen]
        spreads = codes.latents[:, chosen].astype(np.float64).std(0)
        share = float(codes.variance[chosen].sum()) / whole
        return _decoded(subject, over_plane(centre, axes, spreads, side)), "dimensions", share
    fitted = pca.fit(codes.mean, axes=min(2, codes.mean.shape[1]))
    spreads = fitted.positions.astype(np.float64).std(0)
    share = sum(fitted.facts.values())
    return _decoded(subject, over_plane(centre, fitted.axes, spreads, side)), "components", share
