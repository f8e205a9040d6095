"""Made data: files with a truth that is known because it was put there. Each is made once, from fixed draws."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.zoo.made_fresh import FRESH
from bench.zoo.made_others import OTHERS

Arrays = dict[str, np.ndarray]
_SEED = 20_260_101


def file(name: str, folder: Path) -> Path:
    """The ``.npz`` file of the made data ``name`` in ``folder``."""
    target = folder / f"{name}.npz"
    if not target.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        half = folder / f".{name}.npz"
        np.savez_compressed(half, **MADE[name]())  # type: ignore[arg-type]  # numpy's stub mistakes names for flags
        half.rename(target)
    return target


def _digits() -> tuple[np.ndarray, np.ndarray]:
    """scikit-learn's digits as bytes, uint8 ``[1797, 8, 8]``, and their labels, in an order of their own."""
    from sklearn.datasets import load_digits

    found = load_digits()
    order = np.random.default_rng(_SEED).permutation(len(found.target))
    return (found.images[order] * 255 / 16).round().astype(np.uint8), found.target[order]


def _take(counts: dict[int, int]) -> Arrays:
    """The first so many digits of each class."""
    images, labels = _digits()
    rows = np.concatenate([np.flatnonzero(labels == digit)[:count] for digit, count in counts.items()])
    return {"X": images[rows], "y": labels[rows]}


def _few() -> Arrays:
    return _take({0: 40, 1: 40, 2: 40})


def _one_alone() -> Arrays:
    return _take({0: 30, 1: 30, 2: 1})


def _easy_imbalance() -> Arrays:
    return _take({0: 170, 1: 34})


def _hundred() -> Arrays:
    return _take(dict.fromkeys(range(10), 10))


def _noisy(images: np.ndarray, amount: float) -> np.ndarray:
    noise = np.random.default_rng(_SEED + 1).normal(0, amount * 255, images.shape)
    return (images + noise).clip(0, 255).astype(np.uint8)


def _hard_imbalance() -> Arrays:
    """Threes and eights under noise that hides some of them, nine to one; the validation is as uneven."""
    images, labels = _digits()
    images = _noisy(images, 0.45)
    many, few = np.flatnonzero(labels == 3), np.flatnonzero(labels == 8)
    train = np.concatenate([many[:90], few[:10]])
    valid = np.concatenate([many[90:180], few[10:60]])
    return {"X_train": images[train], "y_train": labels[train], "X_valid": images[valid], "y_valid": labels[valid]}


def _leaky(share: float) -> Callable[[], Arrays]:
    def made() -> Arrays:
        images, labels = _digits()
        train, valid = np.arange(1000), np.arange(1000, 1300)
        copies = round(share * len(valid))
        valid = np.concatenate([train[:copies], valid[copies:]])
        return {"X_train": images[train], "y_train": labels[train], "X_valid": images[valid], "y_valid": labels[valid]}

    return made


def _random_labels() -> Arrays:
    """Digits with labels that were drawn: nothing about new images can be learned."""
    images, labels = _digits()
    return {"X": images[:600], "y": np.random.default_rng(_SEED + 2).permutation(labels[:600])}


def _flipped(share: float) -> Callable[[], Arrays]:
    def made() -> Arrays:
        images, labels = _digits()
        draws = np.random.default_rng(_SEED + 3)
        wrong = draws.random(len(labels)) < share
        return {"X": images, "y": np.where(wrong, (labels + draws.integers(1, 10, len(labels))) % 10, labels)}

    return made


def _noise_by_heart() -> Arrays:
    """Digits so noisy that few can be told, and few enough to be learned by heart."""
    images, labels = _digits()
    return {"X": _noisy(images[:500], 0.6), "y": labels[:500]}


def _noisy_digits() -> Arrays:
    images, labels = _digits()
    return {"X": _noisy(images, 0.45), "y": labels}


def _xor() -> Arrays:
    """Two classes in opposite corners of a square, float ``[600, 2]``."""
    points = np.random.default_rng(_SEED + 4).uniform(-1, 1, (600, 2)).astype(np.float32)
    return {"X": points, "y": (points[:, 0] * points[:, 1] > 0).astype(np.int64)}


def _spirals() -> Arrays:
    """Three arms of a spiral that go round once and a half, float ``[900, 2]``."""
    draws = np.random.default_rng(_SEED + 5)
    arm, along = np.repeat(np.arange(3), 300), draws.uniform(0.1, 1, 900)
    angle = 2 * np.pi * (arm / 3 + 1.5 * along)
    points = along[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1) + draws.normal(0, 0.02, (900, 2))
    return {"X": points.astype(np.float32), "y": arm}


def _photographs() -> Arrays:
    """200 cats and 200 dogs of Kaggle's photographs, 64×64."""
    from PIL import Image

    from trasluz.data.read.folders import folders_of

    folder = next(place for place in folders_of("cats-dogs") if (place / "train").is_dir())
    images, labels = [], []
    for label, name in enumerate(("cats", "dogs")):
        for path in sorted((folder / "train" / name).glob("*.jpg"))[:200]:
            images.append(np.asarray(Image.open(path).convert("RGB").resize((64, 64))))
            labels.append(label)
    return {"X": np.stack(images), "y": np.array(labels)}


MADE: dict[str, Callable[[], Arrays]] = {
    "few": _few,
    "one-alone": _one_alone,
    "easy-imbalance": _easy_imbalance,
    "hundred": _hundred,
    "hard-imbalance": _hard_imbalance,
    "leaky-2": _leaky(0.02),
    "leaky-10": _leaky(0.1),
    "leaky-50": _leaky(0.5),
    "random-labels": _random_labels,
    "flipped-5": _flipped(0.05),
    "flipped-10": _flipped(0.1),
    "flipped-20": _flipped(0.2),
    "noise-by-heart": _noise_by_heart,
    "noisy": _noisy_digits,
    "xor": _xor,
    "spirals": _spirals,
    "photographs": _photographs,
    **OTHERS,
    **FRESH,
}
