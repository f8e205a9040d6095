"""Prior samples: images from the prior and from a mixture of Gaussians fitted to the codes, beside real ones.

Where the mixture's images are better than the prior's, the codes of images do not lie where the prior draws them; where
both are bad, it is the decoder.  Those of the prior are the first that ``trasluz generate`` makes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import torch
from pydantic import Field

from trasluz.families.capabilities import Generates
from trasluz.look.latent import mixture
from trasluz.look.latent.codes import encode_rows, need_finite
from trasluz.look.latent.decoding import decoded
from trasluz.look.latent.pixel_features import as_pixels, pixels, root_mean_square
from trasluz.look.latent.survey import chosen_rows
from trasluz.look.pictures import as_pictures, pictures
from trasluz.look.result import Result
from trasluz.look.shown import Shown
from trasluz.look.subject import Subject
from trasluz.messages import N_, _
from trasluz.metrics.copies import copies_share
from trasluz.metrics.neighbours import nearest
from trasluz.model.evaluation_mode import batch_size_for
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter
from trasluz.rng import Rng

HELP = N_("Images drawn from the prior and from a mixture of Gaussians fitted to the codes, beside real ones.")
DEFAULT = True
Source = Literal["real", "prior", "mixture"]
_WIDEST = 2048  # numbers of a code whose full covariance is fitted in seconds


class Config(Section):
    """``count``: images shown of each source.  ``measured``: images of each by which they are measured, as
    many as the split has.

    ``codes``: at most so many training images, drawn at random, to fit the mixture to and to look for copies among.
    ``seed``: another one gives other images.
    """

    count: Annotated[int, Field(ge=1, le=256)] = 20
    measured: Annotated[int, Field(ge=2, le=10_000)] = 500
    codes: Annotated[int, Field(ge=2, le=50_000)] = 5000
    seed: int = 0


@dataclass(frozen=True)
class PriorSamplesResult(Result):
    """``images``: source → uint8 ``[n, h, w, c]``: ``real`` ones of the split, ``prior``, ``mixture``, as there are.

    Of each source, over ``measured`` images with pixels in [0, 1], averaged to at most 32 on a side: ``spread``, the
    standard deviation of a pixel over the images, as a mean over pixels; ``nearest``, the median over images of the
    root mean squared difference from the nearest of ``references`` training images; ``copies``, the share that lies
    closer to one than all but the closest 1 % of the real images do.  ``split``: of the real ones.
    ``components``: of the mixture; ``size``: numbers of a code; ``too_wide``: codes that no mixture is fitted to.
    """

    images: dict[str, np.ndarray]
    spread: dict[str, float]
    nearest: dict[str, float]
    copies: dict[str, float]
    measured: int
    references: int
    split: str
    components: int
    size: int
    too_wide: bool


RESULT = PriorSamplesResult


def refusal(subject: Subject) -> str | None:
    """Needs a generator of images, or codes and their decoder."""
    if subject.spec.kind != "image" and (subject.can("generate") or subject.can("encode", "decode")):
        return _("only images are drawn")
    if subject.can("generate"):
        return None
    return subject.lacks("decode", "encode")


def compute(subject: Subject, images: Shown | None, config: Config, reporter: Reporter) -> PriorSamplesResult:
    """Images of each source and how they compare; chosen images play no part.

    Raises:
        DataError: codes are not finite.
    """
    real = _chosen(subject.rows, config.measured)
    training = np.setdiff1d(subject.data.split("train"), real)
    training = _chosen(training if len(training) else real, config.codes)
    shown = {"real": pictures(subject, np.asarray(subject.data.samples[real[: config.count]]))}
    values = {"real": pixels(subject, real)}
    width, fitted = _mixture(subject, training, config, reporter)
    if subject.can("generate"):
        shown["prior"], values["prior"] = _from_prior(subject, config, len(real), reporter)
    if fitted is not None:
        shown["mixture"], values["mixture"] = _from_mixture(subject, fitted, config, len(real))
    near = _nearest(values, pixels(subject, training))
    return PriorSamplesResult(
        images=shown,
        spread={source: float(found.std(0, dtype=np.float64).mean()) for source, found in values.items()},
        nearest={source: float(np.median(found)) for source, found in near.items()},
        copies={source: copies_share(found, near["real"]) for source, found in near.items()},
        measured=len(real),
        references=len(training),
        split=subject.split,
        components=0 if fitted is None else len(fitted.weights),
        size=width,
        too_wide=width > _WIDEST,
    )


def _chosen(rows: np.ndarray, count: int) -> np.ndarray:
    """At most ``count`` of ``rows``, drawn with a fixed seed."""
    order = Rng(0).permutation("prior-samples", 0, len(rows))[:count].numpy()
    return np.asarray(np.asarray(rows, np.int64)[order])


def _mixture(
    subject: Subject, training: np.ndarray, config: Config, reporter: Reporter
) -> tuple[int, mixture.Mixture | None]:
    """How many numbers a code has (0 without codes), and the mixture fitted to those of training images."""
    if not subject.can("encode", "decode"):
        return 0, None
    rows = chosen_rows(subject, training, config.codes)
    width = encode_rows(subject, rows[:1], Reporter()).shape[1]
    if width > _WIDEST or len(rows) < 2:
        return width, None
    codes = need_finite(encode_rows(subject, rows, reporter))
    with reporter.task(_("Fitting a mixture of Gaussians to the codes")):
        return width, mixture.fit(codes, Rng(config.seed))


def _from_prior(subject: Subject, config: Config, measured: int, reporter: Reporter) -> tuple[np.ndarray, np.ndarray]:
    """Pictures of the first images that the prior gives, and pixels of ``measured``."""
    count = max(config.count, measured)
    size, shown, values = batch_size_for(subject.data.samples), [], []
    with reporter.task(_("Generating"), count, _("images")) as task, torch.inference_mode():
        for start in range(0, count, size):
            positions = torch.arange(start, min(start + size, count), device=subject.device)
            rng = Rng(config.seed).at(0, 0, positions)
            made = subject.ask(Generates).generate(subject.networks, len(positions), rng).float().clamp(0, 1)
            shown.append(as_pictures(made[: max(config.count - start, 0)]))
            values.append(as_pixels(made))
            task.advance(len(positions))
    return np.concatenate(shown), np.concatenate(values)[:measured]


def _from_mixture(
    subject: Subject, fitted: mixture.Mixture, config: Config, measured: int
) -> tuple[np.ndarray, np.ndarray]:
    """The same of the mixture."""
    positions = torch.arange(max(config.count, measured))
    codes = fitted.sample(Rng(config.seed).at(0, 0, positions)).numpy()
    values = decoded(subject, codes[:measured], turn=lambda made: as_pixels(made.clamp(0, 1)))
    return decoded(subject, codes[: config.count]), values


def _nearest(values: dict[str, np.ndarray], references: np.ndarray) -> dict[str, np.ndarray]:
    """How far each image is from the nearest reference."""
    width = references.shape[1]
    return {
        source: root_mean_square(nearest(found, references).distances[:, 0], width) for source, found in values.items()
    }
