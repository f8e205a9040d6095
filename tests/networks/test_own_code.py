"""Code that a recipe names: what is imported, and that nothing is which nobody allowed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from trasluz import allowed
from trasluz.allowed import allow
from trasluz.errors import RecipeError
from trasluz.networks.own_code import find_function

CODE = """
from os import system
from json import loads
from torch.hub import load
from pathlib import Path
import functools
Path({marker!r}).touch()

def build(input_shape, outputs):
    return 1

class Net:
    class Inner:
        pass

later = functools.partial(build)
"""
Write = Callable[..., Path]


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """A file that is there once a module of these tests was imported."""
    return tmp_path / "executed"


@pytest.fixture
def write(tmp_path: Path, marker: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Writes a package into a folder of the current one."""
    monkeypatch.chdir(tmp_path)
    before = set(sys.modules)

    def package(name: str, folder: str = ".") -> Path:
        path = tmp_path / folder / name
        path.mkdir(parents=True)
        (path / "__init__.py").write_text(CODE.format(marker=str(marker)))
        (path / "net.py").write_text(CODE.format(marker=str(marker)))
        return path

    yield package
    for name in set(sys.modules) - before:
        if name.startswith(("mine", "sub", "runs")):
            del sys.modules[name]


def _refused(reference: str) -> str:
    path = list(sys.path)
    with pytest.raises(RecipeError) as told:
        find_function(reference, "model.network")
    assert sys.path == path
    assert "\n" not in str(told.value)
    return str(told.value)


def test_a_package_that_nobody_allowed_is_not_imported_and_the_option_is_named(write: Write, marker: Path) -> None:
    write("mine")
    told = _refused("mine.net:build")
    assert told.startswith("model.network.module: mine.net:build is code that nobody allowed here")
    assert 'add --allow mine (in Python allow="mine"), or set TRASLUZ_ALLOW=mine.' in told
    with allow("min"), allow("net"):
        assert "nobody allowed" in _refused("mine.net:build")
    assert not marker.exists()
    assert "mine" not in sys.modules


def test_an_allowed_package_is_found_in_the_current_folder(write: Write) -> None:
    write("mine")
    with allow("mine"):
        assert find_function("mine.net:build", "model.network")(None, None) == 1
        assert find_function("mine:Net", "model.network").__qualname__ == "Net"


@pytest.mark.parametrize("name", ["system", "loads", "load", "Path", "later"])
def test_what_an_allowed_package_only_imported_is_not_called(write: Write, name: str) -> None:
    write("mine")
    with allow("mine"):
        assert "only functions and classes that mine defines itself are called" in _refused(f"mine.net:{name}")


@pytest.mark.parametrize("reference", ["mine.os:system", "mine.net.os:system", "mine.Net:Inner"])
def test_attributes_of_other_objects_are_no_modules(write: Write, reference: str) -> None:
    write("mine")
    with allow("mine"):
        assert "cannot be imported" in _refused(reference)


@pytest.mark.parametrize(
    "reference",
    ["torch.hub:load", "torch:load", "os:system", "builtins:eval", "importlib:import_module", "subprocess:run",
     "timm.models:load_checkpoint", "trasluz.cli.__main__:run", "runpy:run_path", "posix:system"],
)  # fmt: skip
def test_libraries_are_never_called_whatever_is_allowed(reference: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRASLUZ_ALLOW", reference.split(":")[0].split(".")[0])
    assert "is never called from a recipe" in _refused(reference)


@pytest.mark.parametrize(
    ("name", "signs"),
    [("stranger", ("run.json", "recipe.yaml")), ("stranger", ("study.yaml", "table.json")),
     ("stranger", ("preprocess.json", "weights.safetensors")), ("2026-study-mine", ("study.yaml",))],
)  # fmt: skip
def test_nothing_is_imported_from_a_run_or_a_study_even_if_allowed(
    write: Write, marker: Path, tmp_path: Path, name: str, signs: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    write("mine", f"runs/{name}/code")
    for sign in signs:
        (tmp_path / "runs" / name / sign).touch()
    with allow("runs", "mine"):
        if name.isidentifier():
            assert "lies in" in _refused(f"runs.{name}.code.mine.net:build")
        for inside in (f"runs/{name}/code", f"runs/{name}"):
            monkeypatch.chdir(tmp_path / inside)
            assert "The current folder was not searched" in _refused("mine.net:build")
    assert not marker.exists()


def test_a_project_with_a_study_of_its_own_beside_its_runs_is_no_study(write: Write, tmp_path: Path) -> None:
    write("mine")
    (tmp_path / "study.yaml").touch()
    (tmp_path / "runs").mkdir()
    with allow("mine"):
        assert find_function("mine.net:build", "model.network")


def test_nothing_is_imported_from_a_run_through_a_link(write: Write, marker: Path, tmp_path: Path) -> None:
    write("code", "runs/stranger")
    for name in ("run.json", "recipe.yaml"):
        (tmp_path / "runs" / "stranger" / name).touch()
    (tmp_path / "mine").symlink_to(tmp_path / "runs" / "stranger" / "code")
    with allow("mine"):
        assert "whatever is allowed" in _refused("mine.net:build")
    assert not marker.exists()


def test_nothing_is_imported_from_a_folder_of_data(write: Write, marker: Path, tmp_path: Path) -> None:
    write("mine", "photos")
    (tmp_path / "mine").symlink_to(tmp_path / "photos" / "mine")
    with allow("mine"), allowed.closed(tmp_path / "photos"):
        assert str(tmp_path / "photos") in _refused("mine.net:build")
    assert not marker.exists()


def test_an_allowed_package_gets_nothing_from_a_run_that_is_the_current_folder(
    write: Write, marker: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, run = write("mine", "site"), write("sub", "run")
    (site / "net.py").write_text("import sub\ndef build(input_shape, outputs): return 2\n")
    (site / "__init__.py").write_text("")
    for name in ("run.json", "recipe.yaml"):
        (run.parent / name).touch()
    monkeypatch.chdir(run.parent)
    monkeypatch.syspath_prepend(run.parent)
    monkeypatch.syspath_prepend(site.parent)
    with allow("mine"):
        assert "No module named 'sub'" in _refused("mine.net:build")
    assert not marker.exists()


def test_a_folder_on_the_path_that_may_not_be_read_is_passed_over(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("mine")
    closed = tmp_path / "closed"
    closed.mkdir()
    exists = Path.exists

    def refuse(path: Path, **how: Any) -> bool:  # to the superuser no folder is closed by its mode
        if path.is_relative_to(closed) and path != closed:
            raise PermissionError(13, "Permission denied", str(path))
        return exists(path, **how)

    monkeypatch.setattr(Path, "exists", refuse)
    monkeypatch.setattr(sys, "path", [*sys.path, str(closed / "deeper")])
    with allow("mine"):
        assert find_function("mine:build", "model.network")
