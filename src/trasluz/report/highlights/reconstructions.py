"""Reconstructions: a few images, from well to badly rebuilt, above what the model makes of them."""

from __future__ import annotations

from trasluz.draw.names import significant
from trasluz.report.context import Context
from trasluz.report.highlights._shown import Shown, grid, spread
from trasluz.report.highlights.base import Highlight
from trasluz.report.phrase import both, plain
from trasluz.report.samples import reconstructed

SLOT = "gives"
ORDER = 20
_COUNT = 4


def applies(context: Context) -> bool:
    """Whether reconstructions were kept."""
    return context.main is not None and bool(reconstructed(context.main))


def render(context: Context) -> Highlight:
    """Originals in the first row, reconstructions in the second."""
    assert context.main is not None, "applies() made sure of it"
    samples = reconstructed(context.main)
    chosen = [samples[i] for i in spread(range(len(samples)), _COUNT)]
    originals = [Shown(context.picture("images", s.index), both("Original of image {row}", row=s.row)) for s in chosen]
    rebuilt = [
        Shown(
            context.picture("reconstructions", s.index),
            both("Reconstruction of image {row}", row=s.row),
            plain(significant(s.error or 0.0, 2)),
        )
        for s in chosen
    ]
    caption = both(
        "Above the original; the number is the mean squared error, from the best to the worst that was kept."
    )
    return Highlight(both("What it rebuilds"), "reconstructions", grid([*originals, *rebuilt], len(chosen)), caption)
