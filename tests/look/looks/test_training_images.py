"""Training images beside their twins: what training draws, of the training split alone, and plain without any."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.look.made_subjects import net_with_a_dead_channel, subject
from trasluz.data.feed.augment.preview import changes
from trasluz.draw.looking import draw
from trasluz.draw.panel import Gallery
from trasluz.look.looks import training_images
from trasluz.look.looks.training_images import Config
from trasluz.look.subject import Subject
from trasluz.recipe import AugmentSection
from trasluz.reporting import Reporter


def _subject(folder: Path | None = None) -> Subject:
    return replace(subject(net_with_a_dead_channel()), folder=folder)


def test_a_mirrored_twin_is_the_image_or_its_mirror_image(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text(
        "name: made\ndata: {source: digits, augment: {flip_horizontal: true}}\nmodel: {family: classifier}\n"
    )
    seen = _subject(tmp_path)
    found = training_images.compute(seen, None, Config(draws=4), Reporter())
    assert found.draws.shape == (20, 4, 8, 8, 1)
    mirrored = np.array(
        [[(twin == image[:, ::-1]).all() for twin in found.draws[i]] for i, image in enumerate(found.images)]
    )
    same = np.array([[(twin == image).all() for twin in found.draws[i]] for i, image in enumerate(found.images)])
    assert (mirrored | same).all()
    assert 0.2 < mirrored.mean() < 0.8
    taught = seen.data.samples[seen.data.split("train")]
    assert all((taught == image).all((1, 2, 3)).any() for image in found.images)
    (panel,) = draw(found)
    assert isinstance(panel.content, Gallery)
    assert [len(row) for row in panel.content.tiles] == [2 * 5] * 10
    assert len(panel.content.columns) == 10
    assert panel.content.rows == tuple("0123456789")


def test_without_augmentation_the_grid_is_plain() -> None:
    found = training_images.compute(_subject(), None, Config(), Reporter())
    assert found.draws.shape[1] == 0
    (panel,) = draw(found)
    assert isinstance(panel.content, Gallery)
    assert panel.content.columns == ()
    assert "as it is stored" in panel.note


def test_images_that_every_phase_shows_as_they_are_have_no_twins(tmp_path: Path) -> None:
    text = (
        "name: made\ndata: {source: digits, augment: {flip_horizontal: true}}\nmodel: {family: classifier}\nphases:\n"
    )
    (tmp_path / "recipe.yaml").write_text(text + "- {name: head, augmented: false}\n")
    assert training_images.compute(_subject(tmp_path), None, Config(), Reporter()).draws.shape[1] == 0
    (tmp_path / "recipe.yaml").write_text(text + "- {name: head, augmented: false}\n- {name: all}\n")
    assert training_images.compute(_subject(tmp_path), None, Config(), Reporter()).draws.shape[1] == 3


def test_mixup_is_told_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text(
        "name: made\ndata: {source: digits, augment: {mixup: 0.4}}\nmodel: {family: classifier}\n"
    )
    found = training_images.compute(_subject(tmp_path), None, Config(), Reporter())
    assert found.draws.shape[1] == 0
    assert "mixup" in draw(found)[0].note


def test_how_is_no_change_by_itself() -> None:
    assert not changes(AugmentSection(fill="reflect"))
    assert changes(AugmentSection(rotation=5))
    assert changes(AugmentSection(mixup=0.2))
