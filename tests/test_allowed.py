"""Which packages a recipe may call: those that were named at this machine, only inside the block, never a library."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest

from trasluz import allowed
from trasluz.errors import RequestError


def test_nothing_is_allowed_unless_somebody_said_so() -> None:
    assert allowed.named() == frozenset()
    assert not allowed.is_allowed("my_package")


def test_a_package_is_allowed_inside_the_block_only_and_blocks_add_up() -> None:
    with allowed.allow("mine"), allowed.allow(["yours", "theirs"], "ours"):
        assert allowed.named() == {"mine", "yours", "theirs", "ours"}
        assert allowed.is_allowed("yours")
        assert not allowed.is_allowed("mine.deeper")
    assert not allowed.is_allowed("mine")


def test_a_block_that_fails_leaves_nothing_allowed() -> None:
    with pytest.raises(ZeroDivisionError), allowed.allow("mine"):
        _ = 1 / 0
    assert allowed.named() == frozenset()


def test_the_environment_names_packages_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRASLUZ_ALLOW", " mine, yours.deeper,torch,, os ,theirs")
    assert allowed.named() == {"mine", "theirs"}


def test_a_package_that_brings_an_entry_point_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    part = SimpleNamespace(entry=SimpleNamespace(module="lantern.families.tiny"))
    monkeypatch.setattr(allowed, "foreign_parts", lambda: (part,))
    assert allowed.is_allowed("lantern")
    assert not allowed.is_allowed("families")


@pytest.mark.parametrize("name", ["torch", "os", "builtins", "importlib", "posix", "subprocess", "timm", "trasluz"])
def test_what_python_and_trasluz_are_built_on_cannot_be_allowed(name: str) -> None:
    with (
        pytest.raises(RequestError, match=f"--allow {name}: what Python and Trasluz are built on"),
        allowed.allow(name),
    ):
        pass
    assert not allowed.is_allowed(name)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("my_package.my_net", r"top-level package.* Did you mean my_package\?"),
        ("my_package:build", r"Did you mean my_package\?"),
        ("../evil", "top-level package, such as my_package.$"),
        ("", "top-level package"),
    ],
)
def test_only_top_level_names_are_taken(given: str, sentence: str) -> None:
    with pytest.raises(RequestError, match=sentence), allowed.allow(given):
        pass


def test_every_library_that_trasluz_is_built_on_is_among_those_never_called() -> None:
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
    needed = {re.split(r"[^\w-]", line)[0].lower() for line in project["dependencies"]}
    brought = {
        name: {each.lower().replace("_", "-") for each in distributions} & needed
        for name, distributions in metadata.packages_distributions().items()
        if name.isidentifier() and not name.startswith("_")
    }
    found = {name for name, distributions in brought.items() if distributions}
    assert {"PIL", "sklearn", "yaml", "huggingface_hub", "torch"} <= found
    assert [name for name in sorted(found) if not allowed.is_never_called(name)] == []
