"""Made films: frames of one film share a background of its own, in which a faint bar moves that tells the class."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = ("across", "upright")


def film(kind: int, seed: int, frames: int, side: int = 16, bar: int = 40, noise: int = 8) -> np.ndarray:
    """Uint8 ``[frames, side, side]``: kind 0 has a bar that lies, kind 1 one that stands, ``bar`` brighter."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(20, 180, (4, 4))
    background = np.asarray(Image.fromarray(coarse.astype(np.float32)).resize((side, side), Image.Resampling.BICUBIC))
    start = int(rng.integers(side))
    shown = np.repeat(background[None], frames, axis=0)
    for number in range(frames):
        where = (start + number) % side
        place = np.s_[number, where, :] if kind == 0 else np.s_[number, :, where]
        shown[place] += bar
    shown = shown + rng.normal(0, noise, shown.shape)
    return np.clip(shown, 0, 255).astype(np.uint8)


def films(count: int, frames: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Uint8 ``[n, 16, 16]``, and int64 ``[n]``: classes by turns, and the number of each frame's film."""
    images = np.concatenate([film(number % 2, 1000 * seed + number, frames) for number in range(count)])
    number = np.repeat(np.arange(count), frames)
    return images, number % 2, number


def save(folder: Path, images: np.ndarray, names: list[str]) -> None:
    """Writes each image under its name, as PNG."""
    for image, name in zip(images, names, strict=True):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(folder / name)
