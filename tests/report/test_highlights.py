"""The three pictures of the first screen: which are chosen, and what becomes of one that raises."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.draw.looks.made_map import made_map
from tests.report.made_runs import autoencoder_evaluation, classifier_evaluation, make_run
from tests.report.test_layers_in_browser import _generator_looks
from tests.report.test_overlays import _made
from trasluz.report.context import Context
from trasluz.report.highlights import heat_map, predictions
from trasluz.report.highlights.base import HIGHLIGHTS, SLOTS, highlights_of
from trasluz.report.images import size_of


def test_every_highlight_has_a_slot_and_a_place_of_its_own() -> None:
    modules = [HIGHLIGHTS.find(name) for name in HIGHLIGHTS.names()]
    assert {module.SLOT for module in modules} == set(SLOTS)
    assert len({(module.SLOT, module.ORDER) for module in modules}) == len(modules)


def test_a_classifier_shows_answers_what_is_alike_and_its_curve(tmp_path: Path) -> None:
    context = Context(make_run(tmp_path), {"valid": classifier_evaluation()}, {"latent-map": made_map(50)})
    assert [one.anchor for one in highlights_of(context)] == ["certainty", "latent", "curves"]


def test_of_a_generator_that_also_rebuilds_its_samples_come_first(tmp_path: Path) -> None:
    context = Context(make_run(tmp_path, "autoencoder"), {"valid": autoencoder_evaluation()}, _generator_looks())
    assert [one.anchor for one in highlights_of(context)] == ["makes", "learned", "curves"]


def test_right_and_wrong_answers_are_marked_by_a_sign_not_by_colour_alone(tmp_path: Path) -> None:
    html = str(predictions.render(Context(make_run(tmp_path), {"valid": classifier_evaluation()})).html)
    assert html.count("✓") == html.count('class="right"') == 5
    assert html.count("✗") == html.count('class="wrong"') == 3


def test_a_highlight_that_raises_says_so_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def raising(_context: Context) -> None:
        raise IndexError("no picture")

    monkeypatch.setattr(predictions, "render", raising)
    context = Context(make_run(tmp_path), {"valid": classifier_evaluation()})
    first = highlights_of(context)[0]
    assert "highlight: &#39;predictions&#39; failed (IndexError: no picture)" in first.html
    monkeypatch.setattr(predictions, "render", lambda _context: (_ for _ in ()).throw(MemoryError))
    with pytest.raises(MemoryError):
        highlights_of(context)


def test_heat_maps_lie_over_the_photographs_where_their_files_are(tmp_path: Path) -> None:
    context, found = _made(tmp_path)
    with_maps = Context(context.folder, {}, {"cam": found})
    html = str(heat_map.render(with_maps).html)
    assert html.count("<figure") == 4  # two photographs above their two maps
    assert {size_of(address) for address in with_maps.pictures} == {(480, 360)}
    for path in (tmp_path / "data").iterdir():
        path.unlink()
    stored = Context(context.folder, {}, {"cam": found})
    heat_map.render(stored)
    assert (32, 32) in {size_of(address) for address in stored.pictures}
