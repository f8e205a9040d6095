"""Samples beside real images: marked as made, in rows of one source each, with a verdict only where there is one."""

from __future__ import annotations

from dataclasses import replace

from tests.look.looks.made_decoders import Gaussian, Mirror
from tests.look.looks.made_maps import made_subject
from trasluz.draw.looks.prior_samples import draw
from trasluz.draw.panel import Gallery, Table
from trasluz.look import base
from trasluz.look.looks.prior_samples import PriorSamplesResult
from trasluz.reporting import Reporter


def sampled(family: object = None, **options: object) -> PriorSamplesResult:
    found = base.compute("prior-samples", made_subject(family=family or Gaussian()), None, options, Reporter())
    assert isinstance(found, PriorSamplesResult)
    return found


def test_a_gallery_of_each_source_and_only_what_was_made_is_marked() -> None:
    gallery, table = draw(sampled(count=12))
    assert isinstance(gallery.content, Gallery)
    assert gallery.content.rows == ("real", "", "prior", "", "mixture", "")
    assert [len(row) for row in gallery.content.tiles] == [10, 2] * 3
    assert [row[0].made for row in gallery.content.tiles] == ["", ""] + ["generated"] * 4
    assert isinstance(table.content, Table)
    assert [row[0] for row in table.content.rows] == ["real", "prior", "mixture"]


def test_the_verdict_names_samples_that_are_alike_or_copies_and_is_silent_otherwise() -> None:
    found = sampled()
    same = dict.fromkeys(found.images, 0.1)
    healthy = replace(found, spread=same, copies=dict.fromkeys(found.images, 0.01))
    assert draw(healthy)[0].verdict == ""
    alike = draw(replace(healthy, spread={**same, "prior": 0.01}))[0].verdict
    assert "10\u202f%" in alike
    assert "prior" in alike
    assert "mixture lie closer" in draw(replace(healthy, copies={"real": 0.0, "prior": 0.0, "mixture": 0.5}))[0].verdict


def test_notes_say_only_what_is_there() -> None:
    alone = draw(sampled(Mirror()))[0].note
    assert "prior" not in alone
    assert "1 Gaussian," in alone
    assert "36 numbers are too wide" in draw(replace(sampled(Mirror()), too_wide=True))[0].note
    assert "<img" in sampled(count=2)._repr_html_()
