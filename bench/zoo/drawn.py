"""What the data of the specimens of other hands are drawn from: shapes, stripes, textures, signs, tables, sequences,
and small parts of real sets. Everything follows from fixed draws."""

from __future__ import annotations

import gzip
import tarfile
from pathlib import Path

import numpy as np

Arrays = dict[str, np.ndarray]
Pair = tuple[np.ndarray, np.ndarray]
_SEED = 20_260_707


def draws_of(number: int = 0) -> np.random.Generator:
    return np.random.default_rng(_SEED + number)


def as_bytes(values: np.ndarray) -> np.ndarray:
    """Numbers of 0 to 1 as bytes."""
    return (values.clip(0, 1) * 255).round().astype(np.uint8)


def _mask(kind: int, height: int, width: int, draws: np.random.Generator) -> np.ndarray:
    """One shape, somewhere, of some size: disc, cross, frame, triangle, ring or bar; float ``[height, width]``."""
    radius = draws.uniform(0.28, 0.4) * min(height, width)
    y, x = np.mgrid[:height, :width].astype(float)
    y -= draws.uniform(radius, height - 1 - radius)
    x -= draws.uniform(radius, width - 1 - radius)
    far, thick = np.maximum(abs(y), abs(x)), max(1.0, radius / 3)
    inside = [
        np.hypot(y, x) < radius,
        (far < radius) & (np.minimum(abs(y), abs(x)) < thick),
        (far < radius) & (far > radius - thick),
        (y < radius) & (abs(x) < (y + radius) / 2),
        (np.hypot(y, x) < radius) & (np.hypot(y, x) > radius - thick),
        (abs(y - x) < thick) & (far < radius),
    ][kind]
    return inside.astype(float)


def _shapes(each: int, kinds: tuple[int, ...], side: tuple[int, int], noise: float, number: int) -> Pair:
    """``each`` images of every kind in a drawn order, float ``[n, h, w]``, grey on dark with normal noise."""
    draws = draws_of(number)
    labels = draws.permutation(np.repeat(np.arange(len(kinds)), each))
    images = np.stack([draws.uniform(0.6, 1) * _mask(kinds[label], *side, draws) for label in labels])
    return images + draws.normal(0, noise, images.shape), labels


def shapes_of(each: int, kinds: tuple[int, ...], side: tuple[int, int], noise: float, number: int) -> Pair:
    """The same as bytes."""
    images, labels = _shapes(each, kinds, side, noise, number)
    return as_bytes(images), labels


def colours(alpha: bool) -> Arrays:
    """Shapes in any colour on any other; with ``alpha`` the shape stands in the fourth channel alone."""
    images, labels = _shapes(160, (0, 1, 2), (16, 16), 0.0, 11)
    draws = draws_of(12)
    mask = (images > 0.5).astype(float)[..., None]
    front, back = draws.uniform(0.6, 1, (len(images), 1, 1, 3)), draws.uniform(0, 0.4, (len(images), 1, 1, 3))
    if alpha:
        noise = draws.uniform(0, 1, (len(images), 16, 16, 3))
        return {"X": as_bytes(np.concatenate([noise, mask], 3)), "y": labels}
    return {"X": as_bytes(mask * front + (1 - mask) * back + draws.normal(0, 0.04, (*mask.shape[:3], 3))), "y": labels}


def deep_shapes() -> Arrays:
    """Shapes of twelve bits in 16-bit numbers."""
    images, labels = _shapes(160, (1, 4, 5), (14, 14), 0.03, 13)
    return {"X": (images.clip(0, 1) * 4095).round().astype(np.uint16), "y": labels}


def stripes(each: int, noise: float = 0.15) -> Pair:
    """Stripes of five directions, 11×11, any phase."""
    draws = draws_of(14)
    labels = draws.permutation(np.repeat(np.arange(5), each))
    angle, phase = labels * np.pi / 5 + draws.normal(0, 0.05, len(labels)), draws.uniform(0, 2 * np.pi, len(labels))
    y, x = np.mgrid[:11, :11]
    along = np.cos(angle)[:, None, None] * x + np.sin(angle)[:, None, None] * y
    waves = 0.5 + 0.4 * np.sin(2 * np.pi * along / 5 + phase[:, None, None])
    return as_bytes(waves + draws.normal(0, noise, waves.shape)), labels


def textures() -> Arrays:
    """Four textures in colour, 16×16: a chessboard, columns, dots, and blurred noise."""
    draws = draws_of(15)
    labels = draws.permutation(np.repeat(np.arange(4), 120))
    y, x = np.mgrid[:16, :16]
    images = np.empty((len(labels), 16, 16))
    for row, label in enumerate(labels):
        a, b = draws.integers(0, 4, 2)
        rough = draws.normal(0, 1, (16, 16))
        smooth = sum(np.roll(rough, (i, j), (0, 1)) for i in range(3) for j in range(3)) / 4
        images[row] = [((x + a) // 2 + (y + b) // 2) % 2, ((x + a) // 2) % 2, ((x + a) % 4 + (y + b) % 4) < 2, smooth][
            label
        ]
    tint = draws.uniform(0.3, 1, (len(labels), 1, 1, 3))
    return {"X": as_bytes(images[..., None] * tint + draws.normal(0, 0.08, (*images.shape, 3))), "y": labels}


def glyphs(each: int, flips: float = 0.04, classes: int = 30) -> Pair:
    """Drawn signs of 5×7 pixels, of which some are flipped; uint8 ``[n, 7, 5]``."""
    signs = draws_of(16).random((classes, 7, 5)) < 0.5
    draws = draws_of(116)
    labels = draws.permutation(np.repeat(np.arange(classes), each))
    found = signs[labels] ^ (draws.random((len(labels), 7, 5)) < flips)
    light = draws.uniform(0.6, 1, (len(labels), 1, 1))
    return as_bytes(0.1 + 0.85 * found * light + draws.normal(0, 0.03, found.shape)), labels


def several(count: int, valid: int) -> Arrays:
    """Images with a bright left edge, a bright top edge, a disc, each or not: several labels, 16×16."""
    draws = draws_of(17)
    labels = (draws.random((count + valid, 3)) < 0.5).astype(np.int64)
    images = np.zeros((len(labels), 16, 16))
    for image, (left, top, disc) in zip(images, labels, strict=True):
        image[:, : draws.integers(2, 4)] += 0.7 * left
        image[: draws.integers(2, 4)] += 0.7 * top
        image[5:, 5:] += 0.8 * disc * _mask(0, 11, 11, draws)
    made = as_bytes(images + draws.normal(0, 0.06, images.shape))
    return {"X_train": made[:count], "y_train": labels[:count], "X_valid": made[count:], "y_valid": labels[count:]}


def moons() -> Arrays:
    draws = draws_of(18)
    labels = draws.permutation(np.repeat([0, 1], 300))
    angle = draws.uniform(0, np.pi, 600)
    x = np.where(labels, 1 - np.cos(angle), np.cos(angle))
    y = np.where(labels, 0.5 - np.sin(angle), np.sin(angle))
    return {"X": (np.stack([x, y], 1) + draws.normal(0, 0.08, (600, 2))).astype(np.float32), "y": labels}


def rings() -> Arrays:
    """Three rings around each other, two features."""
    draws = draws_of(19)
    labels = draws.permutation(np.repeat([0, 1, 2], 250))
    angle, radius = draws.uniform(0, 2 * np.pi, 750), 0.4 + labels + draws.normal(0, 0.1, 750)
    return {"X": np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).astype(np.float32), "y": labels}


def board() -> Arrays:
    """A chessboard of three by three squares, two features."""
    points = draws_of(20).uniform(0, 3, (1200, 2))
    return {"X": points.astype(np.float32), "y": (points.astype(int).sum(1) % 2).astype(np.int64)}


def clouds(counts: tuple[int, ...], apart: float, *, features: int = 6, number: int = 21) -> Pair:
    """Normal clouds around drawn centres that lie ``apart`` standard deviations from the middle."""
    centres = draws_of(number).normal(0, 1, (len(counts), features))
    centres *= apart / np.linalg.norm(centres, axis=1, keepdims=True)
    draws = draws_of(number + 100)
    labels = draws.permutation(np.repeat(np.arange(len(counts)), counts))
    return (centres[labels] + draws.normal(0, 1, (len(labels), features))).astype(np.float32), labels


def twins() -> Arrays:
    """Three clouds, and a fourth class of the first one's place that is a third as frequent: it cannot be known."""
    points, labels = clouds((240, 180, 180), 4.0, number=22)
    first = np.flatnonzero(labels == 0)
    labels = labels.copy()
    labels[first[::4]] = 3
    return {"X": points, "y": labels}


def cultivars() -> Arrays:
    from sklearn.datasets import load_wine

    found = load_wine()
    return {"X": found.data.astype(np.float32), "y": found.target}


def waves() -> Arrays:
    """Sequences of 10 to 24 steps: a slow wave, a quick one, or steps of chance."""
    draws = draws_of(24)
    labels = draws.permutation(np.repeat([0, 1, 2], 150))
    steps = np.arange(24)
    wave = np.sin(2 * np.pi * steps / np.where(labels, 4, 12)[:, None] + draws.uniform(0, 2 * np.pi, (450, 1)))
    chance = draws.choice([-1.0, 1.0], (450, 24))
    made = np.where((labels == 2)[:, None], chance, wave) + draws.normal(0, 0.1, (450, 24))
    return {"X": made.astype(np.float32)[..., None], "y": labels, "lengths": draws.integers(10, 25, 450)}


def digits() -> Pair:
    """scikit-learn's digits as bytes in an order of their own."""
    from sklearn.datasets import load_digits

    found = load_digits()
    order = draws_of(25).permutation(len(found.target))
    return (found.images[order] * 255 / 16).round().astype(np.uint8), found.target[order]


def mnist(each: int) -> Pair:
    """The first so many of each digit in the order of the archive, uint8 ``[n, 28, 28]``."""
    from PIL import Image

    from trasluz.data.read.folders import folders_of

    archive = next(place for place in folders_of("mnist-png.tar.gz") if place.is_file())
    taken: dict[str, list[np.ndarray]] = {}
    with tarfile.open(archive) as stored:
        for member in stored:
            label = Path(member.name).parent.name
            if not member.isfile() or len(taken.setdefault(label, [])) >= each:
                continue
            file = stored.extractfile(member)
            if file is not None:
                taken[label].append(np.asarray(Image.open(file)))
            if len(taken) == 10 and min(map(len, taken.values())) >= each:
                break
    images = np.concatenate([np.stack(taken[str(digit)]) for digit in range(10)])
    labels = np.repeat(np.arange(10), each)
    order = draws_of(26).permutation(len(labels))
    return images[order], labels[order]


def fashion(classes: tuple[int, ...], each: int) -> Pair:
    """The first so many images of some classes of Fashion-MNIST, numbered from 0, uint8 ``[n, 28, 28]``."""
    from trasluz.data.read.folders import folders_of

    folder = next(place for place in folders_of("fashion-mnist") if list(place.glob("train-images-idx3-ubyte*")))
    images, labels = (_idx(next(folder.glob(f"train-{what}-ubyte*"))) for what in ("images-idx3", "labels-idx1"))
    images = images[16:].reshape(-1, 28, 28)
    rows = np.concatenate([np.flatnonzero(labels[8:] == label)[:each] for label in classes])
    order = draws_of(27).permutation(len(rows))
    return images[rows][order], np.repeat(np.arange(len(classes)), each)[order]


def _idx(path: Path) -> np.ndarray:
    """The bytes of an IDX file, packed or not."""
    stored = path.read_bytes()
    return np.frombuffer(gzip.decompress(stored) if path.suffix == ".gz" else stored, np.uint8)
