"""What does it rebuild well, what badly: originals above their reconstructions, ordered by error."""

from __future__ import annotations

from typing import Any

from trasluz.draw.names import significant
from trasluz.report.context import Context
from trasluz.report.page import fill
from trasluz.report.phrase import both
from trasluz.report.samples import Sample, reconstructed
from trasluz.report.sections.base import Section

ORDER = 60
_AT_MOST = 8


def applies(context: Context) -> bool:
    """Whether reconstructions were kept."""
    return context.main is not None and bool(reconstructed(context.main))


def render(context: Context) -> Section:
    """Three galleries: worst, around the median, best; none shows an image twice."""
    assert context.main is not None, "applies() made sure of it"
    samples = reconstructed(context.main)
    size = min(_AT_MOST, max(1, len(samples) // 3))
    middle = (len(samples) - size) // 2
    groups = [
        (both("Worst"), samples[-size:][::-1]),
        (both("Around the median"), samples[middle : middle + size]),
        (both("Best"), samples[:size]),
    ]
    if len(samples) < 3:
        groups = [(both("All"), samples)]
    galleries = [
        (title, [_card(context, s) for s in chosen], both("There is nothing to show.")) for title, chosen in groups
    ]
    lead = both(
        "Above the original, below what the model makes of it; the number is the mean squared error of the image, "
        "with pixels from 0 to 1."
    )
    html = fill("sections/gallery.html", galleries=galleries, lead=lead)
    return Section(both("What does it rebuild well, and what badly?"), "reconstructions", html)


def _card(context: Context, sample: Sample) -> dict[str, Any]:
    original = both("Original of image {row}", row=sample.row)
    rebuilt = both("Reconstruction of image {row}", row=sample.row)
    pictures = [
        (context.picture("images", sample.index), original),
        (context.picture("reconstructions", sample.index), rebuilt),
    ]
    return {"pictures": pictures, "lines": [significant(sample.error or 0.0)]}
