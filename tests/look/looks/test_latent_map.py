"""The latent map: codes of the right rows, what is known of each, and images from elsewhere in the same map."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from tests.look.looks.made_maps import made_data, made_subject, reconstruction_errors
from trasluz.errors import RecipeError, RequestError
from trasluz.look import base
from trasluz.look.looks.latent_map import LatentMapResult
from trasluz.look.projections import pca
from trasluz.look.result import load_result, save_result
from trasluz.look.shown import from_samples
from trasluz.look.subject import Subject
from trasluz.reporting import Reporter


def look(subject: Subject, images: np.ndarray | None = None, **options: object) -> LatentMapResult:
    names = () if images is None else tuple(f"mine-{i}.png" for i in range(len(images)))
    shown = None if images is None else from_samples(images, names)
    found = base.compute("latent-map", subject, shown, options, Reporter())
    assert isinstance(found, LatentMapResult)
    return found


def test_without_a_method_there_is_a_map_by_pca_and_one_by_t_sne() -> None:
    found = look(made_subject())
    assert set(found.positions) == {"pca", "t-sne"}
    assert all(p.shape == (60, 2) and p.dtype == np.float32 for p in found.positions.values())
    assert found.size == 36


def test_the_codes_are_those_of_the_rows() -> None:
    data = made_data()
    found = look(made_subject(data), method="pca")
    assert found.rows.tolist() == data.split("valid").tolist()
    codes = data.samples[found.rows].reshape(60, -1).astype(np.float32) / 255
    np.testing.assert_allclose(found.positions["pca"], pca.fit(codes).positions, atol=1e-5)
    assert found.labels.tolist() == data.labels[found.rows].tolist()  # type: ignore[index]  # made with labels
    assert (found.thumbnails == data.samples[found.rows]).all()


def test_count_limits_and_says_of_how_many() -> None:
    found = look(made_subject(), method="pca", count=20)
    assert len(found.rows) == len(set(found.rows.tolist())) == 20
    assert found.available == 60


def test_all_splits_leave_out_test_images_that_were_not_evaluated() -> None:
    data = made_data()
    closed = dataclasses.replace(data, splits={**data.splits, "train": np.arange(20), "test": np.arange(20, 30)})
    assert look(made_subject(closed), method="pca", splits="all").split_names == ("train", "valid")
    opened = look(made_subject(closed, split="test"), method="pca", splits="all")
    assert opened.split_names == ("train", "valid", "test")
    assert np.bincount(opened.splits).tolist() == [20, 60, 10]


def test_the_error_of_an_image_is_the_recorded_one() -> None:
    evaluation = reconstruction_errors(np.arange(40, 90))
    found = look(made_subject(evaluations={"valid": evaluation}), method="pca")
    known = found.rows >= 40
    np.testing.assert_allclose(found.error[known], found.rows[known] / 1000, rtol=1e-6)
    assert np.isnan(found.error[~known]).all()
    assert found.error_of == "reconstruction"


def test_of_a_classifier_the_error_is_the_doubt_about_the_own_class() -> None:
    rows = np.arange(30, 90)
    labels = rows % 3
    probabilities = np.full((60, 3), 0.1)
    probabilities[np.arange(60), labels] = 0.8
    evaluation = dataclasses.replace(
        reconstruction_errors(rows), arrays={"rows": rows, "labels": labels, "probabilities": probabilities}
    )
    found = look(made_subject(evaluations={"valid": evaluation}), method="pca")
    np.testing.assert_allclose(found.error, 0.2, rtol=1e-6)
    assert found.error_of == "class"


def test_images_from_elsewhere_are_placed_into_the_map_of_the_runs_own() -> None:
    data = made_data()
    own, with_mine = look(made_subject(data), method="pca"), look(made_subject(data), data.samples[30:33], method="pca")
    assert (with_mine.positions["pca"][:60] == own.positions["pca"]).all()
    np.testing.assert_allclose(with_mine.positions["pca"][60:], own.positions["pca"][:3], atol=1e-5)
    assert with_mine.split_names[-1] == "given"
    assert with_mine.names[-3:] == ("mine-0.png", "mine-1.png", "mine-2.png")
    assert (with_mine.thumbnails[60:] == data.samples[30:33]).all()


def test_classes_that_lie_apart_are_read_off_the_code() -> None:
    found = look(made_subject(), method="pca")
    assert found.neighbours is not None
    assert found.probe is not None
    assert found.neighbours.value == found.probe.value == 1.0


@pytest.mark.parametrize(("channels", "height", "width"), [(3, 80, 40), (4, 5, 7)])
def test_thumbnails_keep_the_shape_of_images_of_any_size(channels: int, height: int, width: int) -> None:
    found = look(made_subject(made_data(30, channels, height, width)), method="pca")
    assert found.thumbnails.shape == ((20, 32, 16, 3) if height == 80 else (20, 5, 7, 4))


def test_it_is_kept_and_found_again(tmp_path: Path) -> None:
    found = look(made_subject(), method="pca")
    save_result(tmp_path / "latent-map", found, {})
    again = load_result(tmp_path / "latent-map", LatentMapResult)
    assert (again.positions["pca"] == found.positions["pca"]).all()
    assert again.neighbours == found.neighbours


def test_a_model_without_codes_is_refused() -> None:
    class Blind:
        capabilities = frozenset({"generate"})

    with pytest.raises(RequestError, match="cannot encode"):
        look(made_subject(family=Blind()))


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(RecipeError, match="method"):
        look(made_subject(), method="som")
