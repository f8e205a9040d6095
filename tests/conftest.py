"""What every test relies on: its own cache, English sentences, one thread per process, and nothing left behind."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

if "PYTEST_XDIST_WORKER" in os.environ:
    # Before PyTorch is imported, here and in the programs that tests start: processes times threads is the load.
    os.environ["OMP_NUM_THREADS"] = "1"

# pytest names the running test; PyTorch and OpenMP settle things of their own when they are first used.
_CHANGE_BY_THEMSELVES = ("PYTEST_CURRENT_TEST", "PYTORCH_", "TORCHINDUCTOR_", "KMP_")


@pytest.fixture(scope="session", autouse=True)
def _own_surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache of the session's own, shared by its processes, and English."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRASLUZ_CACHE", str(shared / "cache"))
        patch.setenv("TRASLUZ_LANG", "en")
        yield


@pytest.fixture(autouse=True)
def _nothing_left_behind(_own_surroundings: None) -> Iterator[None]:
    """Fails a test that leaves the environment or PyTorch's global settings changed, and puts them back."""
    environment, settings = _environment(), _torch_settings()
    yield
    left = {
        name for name in environment.keys() | _environment().keys() if environment.get(name) != os.environ.get(name)
    }
    for name in left:
        os.environ.pop(name, None)
        if name in environment:
            os.environ[name] = environment[name]
    assert not left, f"left in the environment: {sorted(left)}"
    assert settings in ({}, _torch_settings()), (
        f"PyTorch's settings were {settings} and are left as {_torch_settings()}"
    )


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(_CHANGE_BY_THEMSELVES)}


def _torch_settings() -> dict[str, object]:
    torch = sys.modules.get("torch")
    if torch is None:
        return {}
    return {
        "threads": torch.get_num_threads(),
        "dtype": torch.get_default_dtype(),
        "gradients": torch.is_grad_enabled(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
    }


ImageFolder = Callable[..., Path]


@pytest.fixture
def image_folder(tmp_path: Path) -> ImageFolder:
    """Makes ``folder/class/000.png…``: small noise images whose brightness tells the class."""

    def make(
        classes: tuple[str, ...] = ("cat", "dog"),
        count: int = 8,
        size: tuple[int, int] = (12, 12),
        name: str = "images",
    ) -> Path:
        noise = np.random.default_rng(0)
        for level, label in enumerate(classes):
            folder = tmp_path / name / label
            folder.mkdir(parents=True)
            low = 255 * level // max(len(classes), 1)
            for number in range(count):
                pixels = noise.integers(low, low + 60, (*size, 3)).clip(0, 255).astype(np.uint8)
                Image.fromarray(pixels).save(folder / f"{number:03}.png")
        return tmp_path / name

    return make
