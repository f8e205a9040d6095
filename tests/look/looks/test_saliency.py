"""The look at pixels: its classes, shapes and storage, on the planted patches and on awkward shapes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from torch import nn

from tests.look.looks.planted import CLASSES, HEIGHT, PATCH, WIDTH, network, planted, subject_of, trained
from tests.look.made_subjects import digits, subject
from trasluz.errors import RecipeError, RequestError
from trasluz.look import saliencies
from trasluz.look.base import compute
from trasluz.look.looks.saliency import SaliencyResult
from trasluz.look.result import load_result, save_result
from trasluz.look.shown import from_samples
from trasluz.look.subject import Subject
from trasluz.reporting import Reporter


def _look(of: Subject, **options: object) -> SaliencyResult:
    found = compute("saliency", of, None, options, Reporter())
    assert isinstance(found, SaliencyResult)
    return found


@pytest.mark.parametrize("method", saliencies.methods())
def test_most_of_what_matters_lies_on_the_patch_that_decides(method: str) -> None:
    images, _labels, corners = planted(40, 1, seed=3)
    shown = from_samples(images, tuple(map(str, range(40))))
    found = compute("saliency", trained(), shown, {"method": method}, Reporter())
    assert isinstance(found, SaliencyResult)
    rows, columns = np.indices((HEIGHT, WIDTH))
    top, left = corners[:, 0, None, None], corners[:, 1, None, None]
    on = (rows >= top) & (rows < top + PATCH) & (columns >= left) & (columns < left + PATCH)
    strength = found.strength[:, 0]
    share = (strength * on).sum((1, 2)) / strength.sum((1, 2))
    assert np.median(share) > 10 * PATCH**2 / (HEIGHT * WIDTH)


@pytest.mark.parametrize("channels", [1, 3, 4, 2])
def test_shapes_fit_each_other(channels: int) -> None:
    found = _look(subject_of(network(channels), channels), method="saliency", count=4)
    assert found.signed.shape == found.strength.shape == (4, 2, HEIGHT, WIDTH)
    assert found.images.shape == (4, HEIGHT, WIDTH, channels if channels != 2 else 1)
    assert found.chosen.shape == found.error.shape == (4, 2)
    assert (found.strength >= np.abs(found.signed) / channels - 1e-6).all()
    assert np.isnan(found.error).all()
    assert (found.chosen[:, 0] == found.predicted).all()


def test_a_network_without_convolutions_has_it_too() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    found = _look(subject(net, digits()), classes="all", count=3)
    assert found.signed.shape == (3, 10, 8, 8)
    weights = net[1].weight.detach().numpy().reshape(10, 8, 8)
    np.testing.assert_allclose(found.signed, weights * (found.images[:, None, ..., 0] / 255), atol=1e-5)
    np.testing.assert_allclose(found.error, 0, atol=1e-4)


def test_a_found_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    found = _look(subject_of(network(1), 1), method={"name": "integrated-gradients", "steps": 2}, count=2)
    save_result(tmp_path / "saliency", found, {})
    again = load_result(tmp_path / "saliency", SaliencyResult)
    assert again.settings == {"baseline": "black", "steps": 2}
    np.testing.assert_array_equal(again.signed, found.signed)


def test_requests_that_cannot_be_met_say_what_can() -> None:
    with pytest.raises(RecipeError, match="guided-backprop"):
        _look(trained(), method="guided")
    with pytest.raises(RequestError, match=CLASSES[0]):
        _look(trained(), classes="stripe")
