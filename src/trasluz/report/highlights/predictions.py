"""Answers of a classifier: a few images with what it said and whether that is true."""

from __future__ import annotations

from trasluz.draw.names import percent
from trasluz.report.context import Context
from trasluz.report.highlights._shown import Shown, grid, spread
from trasluz.report.highlights.base import Highlight
from trasluz.report.phrase import both
from trasluz.report.samples import Sample, classified

SLOT = "gives"
ORDER = 30
_COUNT = 8
_WRONG = 3  # of them, where there are as many


def applies(context: Context) -> bool:
    """Whether there are classified example images."""
    return context.main is not None and bool(classified(context.main))


def render(context: Context) -> Highlight:
    """Right answers of different confidence, and some wrong ones."""
    assert context.main is not None, "applies() made sure of it"
    samples = classified(context.main)
    wrong = [i for i, s in enumerate(samples) if s.label != s.predicted]
    right = [i for i, s in enumerate(samples) if s.label == s.predicted]
    some = spread(wrong, min(_WRONG, len(wrong)) if right else _COUNT)
    chosen = spread(right, _COUNT - len(some)) + some
    caption = (
        both("Chosen to show right and wrong ones, not drawn by lot.") if some and right else both("A few of them.")
    )
    html = grid([_shown(context, samples[i]) for i in chosen], 4)
    return Highlight(both("What it says"), "certainty", html, caption)


def _shown(context: Context, sample: Sample) -> Shown:
    assert context.main is not None
    assert sample.label is not None
    assert sample.predicted is not None, "classified() gives only samples with both"
    classes = context.main.classes
    true, said, share = classes[sample.label], classes[sample.predicted], percent(sample.confidence, 0)
    picture = context.picture("images", sample.index)
    if true == said:
        alt = both("Image {row}: {true}, recognised, {share} sure", row=sample.row, true=true, share=share)
        return Shown(picture, alt, both("✓ {said}, {share}", said=said, share=share), "right")
    alt = both("Image {row}: {true}, taken for {said}, {share} sure", row=sample.row, true=true, said=said, share=share)
    return Shown(picture, alt, both("✗ {said}, {share}", said=said, share=share), "wrong")
