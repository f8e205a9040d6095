"""Capabilities: what a family lists it has, as its protocol says it, and what it has not is refused."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from trasluz import components
from trasluz.data.data import DataSpec
from trasluz.families import base
from trasluz.families.capabilities import Classifies, Encodes, _declared, ask, capability, name_of, verbs

FAMILIES = components.names("trasluz.families")
PROTOCOLS = {named.name: protocol for protocol, named in _declared.items()}


def methods(protocol: type) -> dict[str, Any]:
    return {name: found for name, found in vars(protocol).items() if inspect.isfunction(found) and name[0] != "_"}


def listed() -> Iterator[tuple[str, str]]:
    for family in FAMILIES:
        for name in sorted(base.get(family).capabilities):
            yield family, name


def positional(function: Any) -> list[inspect.Parameter]:
    return list(inspect.signature(function).parameters.values())


@pytest.mark.parametrize(("family", "name"), list(listed()))
def test_a_family_has_the_methods_of_what_it_lists_and_they_take_and_give_what_is_declared(
    family: str, name: str
) -> None:
    for method, wanted in methods(PROTOCOLS[name]).items():
        own = getattr(base.get(family), method)
        given, asked = positional(own), positional(wanted)
        assert [p.annotation for p in given[: len(asked)]] == [p.annotation for p in asked]
        assert all(p.default is not p.empty for p in given[len(asked) :]), "more than was declared must be optional"
        assert inspect.signature(own).return_annotation == inspect.signature(wanted).return_annotation


def test_a_capability_is_a_method_of_its_name_or_says_otherwise_here() -> None:
    others = {name: set(methods(protocol)) for name, protocol in PROTOCOLS.items() if name not in methods(protocol)}
    assert others == {"evidence": {"need_evidence", "log_weights"}}
    assert all(protocol.__doc__ and all(m.__doc__ for m in methods(protocol).values()) for protocol in _declared)


def test_contracts_are_no_families() -> None:
    assert not {"base", "capabilities"} & set(FAMILIES)


def test_asking_gives_the_family_itself_and_what_it_cannot_is_said() -> None:
    family = base.create({"family": "classifier"}, DataSpec("image", (1, 8, 8), ("a", "b")))
    assert ask(family, Classifies) is family
    with pytest.raises(AssertionError, match=r"cannot encode: \['classify', 'features', 'layers', 'logits'\]"):
        ask(family, Encodes)


def test_a_capability_and_a_family_of_another_package_are_asked_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trasluz.families.capabilities._declared", dict(_declared))

    @capability("colour", verb="colourise")
    class Colours:
        def colour(self, networks: nn.ModuleDict, inputs: Tensor, /) -> Tensor: ...

    class Foreign:
        capabilities = frozenset({"colour"})

        def colour(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
            return inputs.expand(-1, 3, -1, -1)

    assert name_of(Colours) == "colour"
    assert verbs(Foreign.capabilities) == ("colourise",)
    made = ask(Foreign(), Colours).colour(nn.ModuleDict(), torch.zeros(2, 1, 4, 4))  # type: ignore[arg-type]  # no BaseFamily
    assert made.shape == (2, 3, 4, 4)


def test_people_ask_by_verbs() -> None:
    everything = verbs(frozenset(PROTOCOLS))
    assert everything == ("decode", "encode", "generate", "predict", "reconstruct", "translate")
    assert verbs(frozenset({"logits", "layers", "prior"})) == ()
