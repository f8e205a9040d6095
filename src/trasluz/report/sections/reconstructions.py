"""What does it rebuild well, what badly: originals above their reconstructions, ordered by error.

A denoiser shows first what it makes of noise.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trasluz.draw.names import integer, significant
from trasluz.evaluation.evaluation import Evaluation
from trasluz.report.context import Context
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both
from trasluz.report.samples import Sample, reconstructed
from trasluz.report.sections.base import Section

ORDER = 24
_AT_MOST = 8
_TYPICAL = (0.4, 0.6)  # ranks around the median


def applies(context: Context) -> bool:
    """Whether reconstructions were kept."""
    return context.main is not None and bool(reconstructed(context.main))


def answer(context: Context) -> Phrase:
    """The error of the best, the median and the worst."""
    assert context.main is not None, "applies() made sure of it"
    error = np.sort(context.main.arrays["error"])
    low, median, high = (significant(float(error[i])) for i in (0, len(error) // 2, -1))
    return both(
        "The mean squared error of an image is {median} in the middle of {n}, {low} for the best and {high} for the "
        "worst.",
        median=median,
        n=integer(len(error)),
        low=low,
        high=high,
    )


def render(context: Context) -> Section:
    """One gallery each for the worst, the typical and the best."""
    assert context.main is not None, "applies() made sure of it"
    nothing = both("There is nothing to show.")
    galleries = _noisy(context, context.main)
    for title, chosen in _groups(reconstructed(context.main)):
        galleries.append((title, [_card(context, s) for s in chosen], nothing))
    lead = both(
        "Above the original, below what the model makes of it; the number is the mean squared error of the image, "
        "with pixels from 0 to 1."
    )
    html = fill("sections/gallery.html", galleries=galleries, lead=lead)
    return Section(both("What does it rebuild well, and what badly?"), "reconstructions", html)


def _groups(samples: list[Sample]) -> list[tuple[Phrase, list[Sample]]]:
    """Worst, typical and best, as far as such samples were kept; no sample twice."""
    if len(samples) < 2:
        return [(both("All"), samples)]
    size = min(_AT_MOST, len(samples) // 2)
    rest = samples[size:-size]
    typical = [s for s in rest if _TYPICAL[0] <= s.rank <= _TYPICAL[1]][:_AT_MOST]
    groups = [(both("Worst"), samples[-size:][::-1]), (both("Typical"), typical), (both("Best"), samples[:size])]
    return [group for group in groups if group[1]]


def _noisy(context: Context, evaluation: Evaluation) -> list[tuple[Phrase, list[dict[str, Any]], Phrase]]:
    """The first images of the evaluation, without noise, with it, and rebuilt; nothing without such records."""
    rebuilt = evaluation.examples.get("noisy_reconstructions")
    if rebuilt is None or not {"noisy_inputs", "noisy_originals"} <= evaluation.examples.keys():
        return []
    cards = []
    for index in range(min(len(rebuilt), _AT_MOST)):
        pictures = [
            (context.picture("noisy_originals", index), both("Original")),
            (context.picture("noisy_inputs", index), both("With noise")),
            (context.picture("noisy_reconstructions", index), both("Reconstruction")),
        ]
        cards.append({"pictures": pictures, "lines": []})
    return [(both("From noise: the original, the noisy image, what the model makes of it"), cards, both("None"))]


def _card(context: Context, sample: Sample) -> dict[str, Any]:
    original = both("Original of image {row}", row=sample.row)
    rebuilt = both("Reconstruction of image {row}", row=sample.row)
    pictures = [
        (context.picture("images", sample.index), original),
        (context.picture("reconstructions", sample.index), rebuilt),
    ]
    return {"pictures": pictures, "lines": [significant(sample.error or 0.0)]}
