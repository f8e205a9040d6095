"""Which layers' maps are shown, in networks whose order of layers is not that of their names."""

from __future__ import annotations

import pytest
from torch import Tensor, nn

from tests.look.looks.planted import CLASSES, network, subject_of
from trasluz.errors import RequestError
from trasluz.look.maps.map_layers import resolve, stages


class Block(nn.Module):
    """As in torchvision's ResNet: one in-place ReLU used twice, and a convolution aside."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 4, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.conv1 = nn.Conv2d(4, 8, 3, stride=2, padding=1)
        self.conv2 = nn.Conv2d(8, 8, 3, padding=1)
        self.aside = nn.Conv2d(4, 8, 1, stride=2)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.squeeze = nn.Conv2d(8, 8, 1)
        self.never = nn.Conv2d(1, 1, 1)
        self.head = nn.Linear(8, len(CLASSES))

    def forward(self, images: Tensor) -> Tensor:
        first = self.stem(images)
        second = self.conv2(self.relu(self.conv1(first)))
        second += self.aside(first)
        found: Tensor = self.head(self.squeeze(self.pool(self.relu(second))).flatten(1))
        return found


def _block() -> nn.ModuleDict:
    return nn.ModuleDict({"classifier": Block()})


def test_a_reused_relu_ends_its_stage_where_it_is_used_last() -> None:
    assert stages(subject_of(_block(), 1)) == ("classifier.stem", "classifier.relu")


def test_a_stage_ends_before_its_pooling() -> None:
    subject = subject_of(network(1), 1)
    assert stages(subject) == ("classifier.1", "classifier.4", "classifier.7")
    assert tuple(resolve(subject, "last")) == ("classifier.7",)
    assert tuple(resolve(subject, "middle-and-last")) == ("classifier.4", "classifier.7")
    assert tuple(resolve(subject, ("classifier.7", "classifier.2"))) == ("classifier.2", "classifier.7")


@pytest.mark.parametrize("name", ["classifier.never", "classifier.pool", "classifier.head", "classifier.conv3"])
def test_layers_without_a_map_on_the_way_are_refused_with_those_that_have_one(name: str) -> None:
    with pytest.raises(RequestError, match=r"classifier\.conv2"):
        resolve(subject_of(_block(), 1), (name,))
