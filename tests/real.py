"""Where the tests find real data; without them a test skips and says so, or fails under TRASLUZ_REQUIRE_DATA=1."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_INSTALLED = Path("/usr/share/datasets")


def fashion_mnist() -> Path:
    """The folder with the four IDX files of Fashion-MNIST (Debian: ``apt install dataset-fashion-mnist``)."""
    for folder in (*_folders("fashion-mnist"), _INSTALLED / "fashion-mnist"):
        if (folder / "train-images-idx3-ubyte.gz").is_file() or (folder / "train-images-idx3-ubyte").is_file():
            return folder
    raise _lack("Fashion-MNIST's IDX files")


def mnist_png() -> Path:
    """The archive ``mnist-png.tar.gz`` of 70,000 PNG files, ``train/0…9`` and ``test/0…9``."""
    return _first("mnist-png.tar.gz")


def cats_dogs() -> Path:
    """The folder ``cats-dogs`` with ``train`` and ``valid``, each with ``cats`` and ``dogs``."""
    return _first("cats-dogs")


def red_wine() -> Path:
    """The table ``winequality-red.csv`` of 1,599 rows (UCI; Cortez et al. 2009)."""
    return _first("winequality-red.csv")


def efficientnet_lite0() -> Path:
    """``efficientnet-lite0-imagenet.safetensors``: ImageNet's weights of timm's ``tf_efficientnet_lite0``."""
    return _first("efficientnet-lite0-imagenet.safetensors")


def _folders(name: str) -> list[Path]:
    return [Path(part) / name for part in os.environ.get("TRASLUZ_DATA", "").split(os.pathsep) if part]


def _first(name: str) -> Path:
    for path in _folders(name):
        if path.exists():
            return path
    raise _lack(name)


def _lack(what: str) -> BaseException:
    sentence = f"{what}: not in any folder of TRASLUZ_DATA"
    if os.environ.get("TRASLUZ_REQUIRE_DATA") == "1":
        return pytest.fail.Exception(f"{sentence}, and TRASLUZ_REQUIRE_DATA=1 demands it")
    return pytest.skip.Exception(sentence)
