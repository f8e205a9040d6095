from __future__ import annotations

from typing import Any

import pytest
import torch

from trasluz.data.data import DataSpec
from trasluz.errors import RecipeError
from trasluz.families import base
from trasluz.networks.classifiers.encoder import EncoderClassifier

DENSE = {"name": "dense", "hidden": [9], "code": 4}
CONV = {"name": "conv", "channels": [4, 6]}
CASES = [
    (DENSE, DataSpec("image", (1, 8, 8), ("a", "b", "c"))),
    (DENSE, DataSpec("image", (3, 1, 1), ("a", "b", "c"))),
    (CONV, DataSpec("image", (3, 33, 47), ("a", "b", "c"))),
    ({**CONV, "global_pool": "average"}, DataSpec("image", (4, 128, 96), ("a", "b", "c"))),
]


def build(family: str, settings: dict[str, Any], spec: DataSpec) -> torch.nn.ModuleDict:
    torch.manual_seed(0)
    return base.create({"family": family, **settings}, spec).build()


@pytest.mark.parametrize(("encoder", "spec"), CASES)
@pytest.mark.parametrize("hidden", [[], [7, 5]])
def test_a_classifier_over_any_encoder_gives_one_score_per_class(
    encoder: dict[str, Any], spec: DataSpec, hidden: list[int]
) -> None:
    network = {"name": "encoder", "encoder": encoder, "hidden": hidden}
    networks = build("classifier", {"network": network}, spec)
    assert networks["classifier"](torch.rand(2, *spec.shape)).shape == (2, 3)


@pytest.mark.parametrize(("encoder", "spec"), CASES)
def test_its_encoder_has_the_names_and_shapes_of_an_autoencoders(encoder: dict[str, Any], spec: DataSpec) -> None:
    whole = build("autoencoder", {"encoder": encoder, "decoder": {"name": "dense"}}, spec)
    classifier = build("classifier", {"network": {"name": "encoder", "encoder": encoder}}, spec)
    expected = {f"classifier.{n}": v.shape for n, v in whole.state_dict().items() if n.startswith("encoder.")}
    found = {n: v.shape for n, v in classifier.state_dict().items() if n.startswith("classifier.encoder.")}
    assert found == expected


def test_a_wrong_encoder_is_told_in_one_sentence() -> None:
    network = {"name": "encoder", "encoder": {"name": "dense", "hiden": [3]}}
    with pytest.raises(RecipeError, match=r"model\.network\.encoder\.hiden: no such field"):
        build("classifier", {"network": network}, CASES[0][1])


class Longest(torch.nn.Module):
    takes_lengths = True

    def forward(self, inputs: torch.Tensor, lengths: torch.Tensor | None = None) -> torch.Tensor:
        return inputs[:, 0] if lengths is None else inputs[torch.arange(len(inputs)), lengths - 1]


def test_lengths_of_sequences_reach_the_encoder() -> None:
    network = EncoderClassifier(Longest(), torch.nn.Identity())
    inputs = torch.rand(2, 5, 3)
    assert network.takes_lengths
    assert torch.equal(network(inputs, torch.tensor([2, 5])), torch.stack([inputs[0, 1], inputs[1, 4]]))
    assert torch.equal(network(inputs), inputs[:, 0])
