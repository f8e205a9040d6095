"""Looks at networks whose forward cuts gradients off: each does without them, or says where they are lost."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.look import made_subjects
from trasluz.errors import RequestError
from trasluz.look import base
from trasluz.look.checks.agreement import spearman
from trasluz.look.film import mapped_layers
from trasluz.look.maps.map_layers import resolve
from trasluz.look.subject import Subject
from trasluz.look.through import see_through
from trasluz.reporting import Reporter


class Cut(nn.Module):
    """Two convolutions and a linear layer; gradients end behind the convolution ``cut``, 0 for none."""

    def __init__(self, cut: int, by: str = "no_grad") -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 6, 3, padding=1)
        self.linear = nn.Linear(6 * 4 * 4, 10)
        self.cut, self.by = cut, by

    def forward(self, x: Tensor) -> Tensor:
        with torch.set_grad_enabled(torch.is_grad_enabled() and not (self.by == "no_grad" and self.cut >= 1)):
            x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        with torch.set_grad_enabled(torch.is_grad_enabled() and not (self.by == "no_grad" and self.cut >= 2)):
            x = F.relu(self.conv2(x.detach() if self.by == "detach" and self.cut == 1 else x))
        scores: Tensor = self.linear((x.detach() if self.by == "detach" and self.cut == 2 else x).flatten(1))
        return scores


def subject(cut: int, by: str = "no_grad") -> Subject:
    torch.manual_seed(0)
    return made_subjects.subject(Cut(cut, by))


def look(name: str, at: Subject, **options: Any) -> Any:
    return base.compute(name, at, None, options, Reporter())


@pytest.mark.parametrize("by", ["no_grad", "detach"])
@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("cam", "net.conv2"),
        ("contrast", "net.conv2"),
        ("trust", "net.conv2"),
        ("saliency", "the image"),
        ("maximise", "the image"),
    ],
)
def test_a_look_that_needs_a_gradient_says_where_it_is_lost_and_which_looks_need_none(
    by: str, name: str, where: str
) -> None:
    with pytest.raises(RequestError, match=f"No gradient of the scores reaches {where}, because.*ablation-cam") as told:
        look(name, subject(2, by))
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("name", ["exciting", "feature-maps", "probes"])
def test_the_looks_that_the_sentence_names_need_none(name: str) -> None:
    look(name, subject(2))


@pytest.mark.parametrize("method", ["ablation-cam", "eigen-cam", "score-cam"])
def test_methods_without_gradients_give_the_maps_of_the_network_that_cuts_nothing(method: str) -> None:
    cut, whole = (look("cam", subject(at), method=method, count=3) for at in (2, 0))
    assert cut.layers == whole.layers
    for layer in cut.layers:
        assert spearman(cut.maps[layer].reshape(3, -1), whole.maps[layer].reshape(3, -1)) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("by", ["no_grad", "detach"])
def test_behind_the_cut_maps_are_those_of_the_network_that_cuts_nothing(by: str) -> None:
    half, whole = subject(1, by), subject(0)
    assert tuple(resolve(half, "middle-and-last")) == ("net.conv2",)
    assert tuple(resolve(whole, "middle-and-last")) == ("net.conv1", "net.conv2")
    found, known = (look("cam", at, count=3, layers="last").maps["net.conv2"] for at in (half, whole))
    assert abs(found).max() > 0
    torch.testing.assert_close(torch.from_numpy(found), torch.from_numpy(known))
    with pytest.raises(RequestError, match=r"reaches net\.conv1, because"):
        look("cam", half, layers="net.conv1")


def test_what_a_film_and_a_comparison_show_lacks_the_maps_alone() -> None:
    at = subject(2)
    assert not mapped_layers(at)
    assert see_through(at, at.data.samples[:2]).maps is None
    assert see_through(at, at.data.samples[:2]).probabilities is not None
    assert see_through(subject(0), at.data.samples[:2]).maps is not None
