"""Walks through latent spaces that are known: pixels themselves, Gaussians around them, and a prior alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.look.looks.made_decoders import Dreamer, Gaussian, Mirror, TellingApart
from tests.look.looks.made_maps import Flat, made_data, made_subject
from trasluz.data.data import Data
from trasluz.errors import RequestError
from trasluz.look import base
from trasluz.look.looks.latent_walk import LatentWalkResult
from trasluz.look.result import load_result, save_result
from trasluz.look.shown import from_samples
from trasluz.look.subject import Subject
from trasluz.reporting import Reporter


def look(subject: Subject, images: np.ndarray | None = None, **options: object) -> LatentWalkResult:
    shown = None if images is None else from_samples(images, tuple(f"mine-{i}.png" for i in range(len(images))))
    found = base.compute("latent-walk", subject, shown, options, Reporter())
    assert isinstance(found, LatentWalkResult)
    return found


def test_where_the_code_is_the_image_the_line_is_the_cross_fade() -> None:
    found = look(made_subject(family=Mirror()), pairs=4, steps=5)
    assert set(found.ways) == {"line", "fade"}
    assert found.ways["line"].shape == (4, 5, 6, 6, 1)
    assert abs(found.ways["line"].astype(int) - found.ways["fade"]).max() <= 1
    assert (found.ways["fade"][:, 0] == found.ends[:, 0]).all()
    assert (found.ways["fade"][:, -1] == found.ends[:, 1]).all()


def test_a_walk_along_a_dimension_changes_one_pixel_from_its_least_to_its_largest() -> None:
    data = made_data()
    found = look(made_subject(data, Mirror()), dimensions=3, steps=3, reach=10)
    pixels = data.samples[data.split("valid")].reshape(60, -1)
    for dimension, walk in zip(found.dimensions, found.walks, strict=True):
        flat = walk.reshape(3, -1)
        assert (flat[0] != flat[2]).nonzero()[0].tolist() == [dimension]
        assert flat[0, dimension] == pixels[:, dimension].min()
        assert flat[2, dimension] == pixels[:, dimension].max()
    np.testing.assert_allclose(found.strength, (pixels / 255).var(0)[found.dimensions], rtol=1e-4)
    reached = (pixels.max(0) - pixels.min(0))[found.dimensions] / 255
    np.testing.assert_allclose(found.change, reached / 6, rtol=1e-3)  # one of 36 pixels


def test_with_a_prior_dimensions_come_by_kl_and_there_is_an_arc() -> None:
    found = look(made_subject(family=Gaussian()), dimensions=3)
    assert set(found.ways) == {"line", "arc", "fade"}
    assert found.strength_of == "kl"
    assert (np.diff(found.strength) <= 0).all()
    assert found.plane_of == "dimensions"
    silent = found.dimensions.tolist().index(2)
    assert found.change[silent] == 0


def test_the_plane_of_two_dimensions_grows_brighter_along_the_one_that_is_brightness() -> None:
    found = look(made_subject(family=Gaussian()), grid=5)
    right, up = found.dimensions[:2].tolist()
    brightness = found.plane[..., 0, 0, 0].astype(int)
    assert found.plane.shape[:2] == (5, 5)
    if right == 0:
        assert (np.diff(brightness, axis=1) >= 0).all()
        assert (brightness[:, 0] < brightness[:, -1]).all()
        assert (np.diff(brightness, axis=0) == 0).all()
    else:
        assert up == 0
        assert (np.diff(brightness, axis=0) <= 0).all()


def test_without_a_prior_the_plane_is_that_of_principal_components() -> None:
    found = look(made_subject(family=Mirror()), grid=4)
    brightness = found.plane.reshape(4, 4, -1).mean(2).mean(0)
    assert found.plane_of == "components"
    assert 0.8 < found.plane_share <= 1.0
    assert (np.diff(brightness) > 0).all() or (np.diff(brightness) < 0).all()


def test_chosen_images_are_joined_each_to_the_next() -> None:
    data = made_data()
    found = look(made_subject(data, Mirror()), data.samples[:3], pairs=8)
    assert found.end_names == (("mine-0.png", "mine-1.png"), ("mine-1.png", "mine-2.png"))
    assert (found.ends[1, 1] == data.samples[2]).all()
    walked = found.walks[0, :, *np.unravel_index(found.dimensions[1], (6, 6)), 0]
    assert set(walked.tolist()) == {int(data.samples[0].reshape(-1)[found.dimensions[1]])}
    assert look(made_subject(data, Mirror()), data.samples[:1]).ways == {}


def test_a_model_with_nothing_but_a_prior_is_walked_between_draws() -> None:
    found = look(made_subject(family=Dreamer()), pairs=2, steps=4)
    assert {way: pictures.shape[:2] for way, pictures in found.ways.items()} == {"line": (2, 4), "arc": (2, 4)}
    assert len(found.walks) == len(found.plane) == len(found.ends) == found.surveyed == 0
    with pytest.raises(RequestError, match="cannot encode"):
        look(made_subject(family=Dreamer()), made_data().samples[:2])


def test_a_decoder_that_is_told_classes_is_told_one_for_each_way() -> None:
    found = look(made_subject(family=TellingApart()), pairs=2)
    assert (found.ways["line"][0] < 255).all()
    assert (found.ways["line"][1] == 255).all()


@pytest.mark.parametrize(("channels", "height", "width"), [(3, 5, 7), (4, 1, 1), (1, 1, 3), (2, 4, 4)])
def test_any_shape_of_image(channels: int, height: int, width: int) -> None:
    data = made_data(30, channels, height, width)
    found = look(made_subject(data, Mirror((channels, height, width))), grid=2)
    shown = channels if channels != 2 else 1
    assert found.ways["line"].shape[2:] == found.plane.shape[2:] == (height, width, shown)


def test_nothing_asked_for_nothing_made_and_codes_that_never_change() -> None:
    assert look(made_subject(family=Mirror()), pairs=0, dimensions=0, grid=0).ways == {}
    same = made_data()
    same = Data("same", "image", np.full_like(same.samples, 9), same.splits)
    found = look(made_subject(same, Mirror()))
    assert found.plane_of == ""
    assert (found.change == 0).all()


def test_it_is_kept_and_found_again(tmp_path: Path) -> None:
    found = look(made_subject(family=Gaussian()))
    save_result(tmp_path / "latent-walk", found, {})
    again = load_result(tmp_path / "latent-walk", LatentWalkResult)
    assert (again.ways["arc"] == found.ways["arc"]).all()
    assert again.end_names == found.end_names
    alone = look(made_subject(family=Dreamer()), pairs=0)
    save_result(tmp_path / "alone", alone, {})
    assert load_result(tmp_path / "alone", LatentWalkResult).ways == {}


def test_models_that_cannot_are_refused_in_a_sentence() -> None:
    with pytest.raises(RequestError, match="cannot decode"):
        look(made_subject(family=Flat()))
    table = Data("table", "table", np.zeros((4, 3), np.float32), {"train": np.arange(2), "valid": np.arange(2, 4)})
    with pytest.raises(RequestError, match="decoder of images"):
        look(made_subject(table, Mirror((3,))))
