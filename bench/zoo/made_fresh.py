"""The made data of the second round of other hands: letters, tiles of photographs, counted dots, series, real tables.

Everything follows from fixed draws.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bench.zoo import drawn
from bench.zoo.drawn import Arrays, Pair, as_bytes

_SEED = 20_261_129


def _draws(number: int) -> np.random.Generator:
    return np.random.default_rng(_SEED + number)


def _ink(letter: str, side: tuple[int, int], size: float, draws: np.random.Generator) -> np.ndarray:
    """Where ink lies of a letter of that size, somewhere near the middle; float ``[height, width]`` of 0 to 1."""
    height, width = side
    paper = Image.new("L", (width, height))
    place = (width / 2 + draws.uniform(-1.5, 1.5), height / 2 + draws.uniform(-1.5, 1.5))
    font = ImageFont.load_default(size=size)
    ImageDraw.Draw(paper).text(place, letter, fill=255, font=font, anchor="mm")
    return np.asarray(paper) / 255


def _inks(text: str, each: int, side: tuple[int, int], number: int) -> Pair:
    draws = _draws(number)
    labels = draws.permutation(np.repeat(np.arange(len(text)), each))
    least = min(side) * 0.75
    inks = [_ink(text[label], side, least * draws.uniform(1, 1.2), draws) for label in labels]
    return np.stack(inks), labels


def letters(text: str, each: int, side: tuple[int, int] = (21, 17), *, noise: float = 0.06, number: int = 0) -> Pair:
    """Dark letters on light paper, each of its own tone, with normal noise; uint8 ``[n, h, w]``."""
    inks, labels = _inks(text, each, side, number)
    draws = _draws(number + 1)
    paper, tone = draws.uniform(0.75, 0.95, (len(inks), 1, 1)), draws.uniform(0.5, 0.75, (len(inks), 1, 1))
    return as_bytes(paper - tone * inks + draws.normal(0, noise, inks.shape)), labels


def _thin() -> Arrays:
    """Clean letters on pure white without any noise, as a scanner that cuts off tones gives them; 22×22."""
    inks, labels = _inks("CGOQ", 90, (22, 22), 4)
    return {"X": ((inks < 0.5) * 255).astype(np.uint8), "y": labels}


def _veiled() -> Arrays:
    """Letters of any colour whose shape stands in the fourth channel, on colours of chance, 15×19."""
    inks, labels = _inks("BEHT", 90, (15, 19), 6)
    draws = _draws(7)
    colour = draws.uniform(0, 1, (len(inks), 1, 1, 3)) + draws.normal(0, 0.1, (*inks.shape, 3))
    return {"X": as_bytes(np.concatenate([colour, 0.1 + 0.8 * inks[..., None]], 3)), "y": labels}


def _pairs(train: int, valid: int, noise: float) -> Arrays:
    """Two letters side by side; for each of A, O, X and Z whether it is there: several labels; 14×26."""
    draws, images, labels = _draws(8), [], []
    for _image in range(train + valid):
        found = draws.integers(0, 5, 2)  # the fifth: none
        inks = [np.zeros((14, 13)) if each == 4 else _ink("AOXZ"[each], (14, 13), 11, draws) for each in found]
        images.append(np.concatenate(inks, 1))
        labels.append([int(kind in found) for kind in range(4)])
    made, known = as_bytes(np.stack(images) * 0.8 + draws.normal(0.1, noise, (train + valid, 14, 26))), np.array(labels)
    return {"X_train": made[:train], "y_train": known[:train], "X_valid": made[train:], "y_valid": known[train:]}


def tiles(each: int, number: int = 10) -> Pair:
    """Tiles of 12×12 of scikit-learn's two photographs, of a temple and of a flower, none over another."""
    from sklearn.datasets import load_sample_images

    found = []
    for photograph in load_sample_images().images:
        high, wide = photograph.shape[0] // 12, photograph.shape[1] // 12
        cut = photograph[: high * 12, : wide * 12].reshape(high, 12, wide, 12, 3).swapaxes(1, 2).reshape(-1, 12, 12, 3)
        found.append(cut[_draws(number).permutation(len(cut))[:each]])
    order = _draws(number + 1).permutation(2 * each)
    return np.concatenate(found)[order], np.repeat([0, 1], each)[order]


def photographs(each: int, side: int) -> Pair:
    """The first cats and dogs of Kaggle's photographs, squeezed into a square."""
    from trasluz.data.read.folders import folders_of

    folder = next(place for place in folders_of("cats-dogs") if (place / "train").is_dir())
    paths = [sorted((folder / "train" / name).glob("*.jpg"))[:each] for name in ("cats", "dogs")]
    images = [np.asarray(Image.open(path).convert("RGB").resize((side, side))) for path in (*paths[0], *paths[1])]
    order = _draws(13).permutation(2 * each)
    return np.stack(images)[order], np.repeat([0, 1], each)[order]


def dots(each: int) -> Pair:
    """One to four dots that do not touch, 16×12; uint8."""
    draws = _draws(14)
    labels = draws.permutation(np.repeat(np.arange(4), each))
    images = np.zeros((len(labels), 16, 12))
    for image, count in zip(images, labels + 1, strict=True):
        for place in draws.permutation(12)[:count]:
            y, x = 4 * (place // 3) + draws.integers(0, 2), 4 * (place % 3) + draws.integers(0, 2)
            image[y : y + 3, x : x + 3] = draws.uniform(0.6, 0.9)
    return as_bytes(images + draws.normal(0.05, 0.03, images.shape)), labels


def trends(each: int, noise: float, number: int = 15) -> Arrays:
    """Series of 8 to 20 steps of two features, the first of which rises, falls, or rises and falls; under noise."""
    draws = _draws(number)
    labels, lengths = draws.permutation(np.repeat([0, 1, 2], each)), draws.integers(8, 21, 3 * each)
    series = draws.normal(0, noise, (3 * each, 20, 2))
    along = np.minimum(np.arange(20) / (lengths[:, None] - 1), 1)
    course = np.stack([along, 1 - along, 1 - 2 * abs(along - 0.5)])[labels, np.arange(3 * each)]
    series[..., 0] += course - 0.5
    return {"X": series.astype(np.float32), "y": labels, "lengths": lengths}


def wine(*, unique: bool) -> Pair:
    """The table of red wines, whether its quality is six or better; ``unique``: equal rows once."""
    from trasluz.data.read.folders import folders_of

    path = next(place for place in folders_of("winequality-red.csv") if place.is_file())
    lines = [line for line in path.read_text(encoding="utf-8").replace(";", ",").split() if line[0].isdigit()]
    rows = np.array([[float(each) for each in line.split(",")] for line in lines])
    if unique:
        rows = np.unique(rows, axis=0)
    rows = rows[_draws(17).permutation(len(rows))]
    inputs = (rows[:, :-1] - rows[:, :-1].mean(0)) / rows[:, :-1].std(0)
    return inputs.astype(np.float32), (rows[:, -1] >= 6).astype(np.int64)


def diabetes() -> Pair:
    """442 patients by ten standardised features; how far their illness went on in a year, in thirds."""
    from sklearn.datasets import load_diabetes

    found = load_diabetes()
    order = _draws(18).permutation(len(found.target))
    thirds = np.searchsorted(np.quantile(found.target, [1 / 3, 2 / 3]), found.target)
    return (found.data * len(order) ** 0.5).astype(np.float32)[order], thirds[order]


def _whole(of: Callable[[], Pair]) -> Arrays:
    samples, labels = of()
    return {"X": samples, "y": labels}


def _parted(of: Callable[[], Pair], train: int, valid: int) -> Arrays:
    """The first so many train, the next so many judge."""
    samples, labels = of()
    last = train + valid
    return {
        "X_train": samples[:train],
        "y_train": labels[:train],
        "X_valid": samples[train:last],
        "y_valid": labels[train:last],
    }


def _uneven(of: Callable[[], Pair], train: tuple[int, ...], valid: int) -> Arrays:
    """So many of each class train, ``valid`` others of each judge."""
    samples, labels = of()
    rows = [np.flatnonzero(labels == label) for label in range(len(train))]
    first = np.concatenate([of_class[:count] for of_class, count in zip(rows, train, strict=True)])
    second = np.concatenate([of_class[count : count + valid] for of_class, count in zip(rows, train, strict=True)])
    parts = {"train": first, "valid": second}
    return {
        f"{what}_{part}": source[at] for part, at in parts.items() for what, source in (("X", samples), ("y", labels))
    }


def _again(made: Arrays, copies: int, change: Callable[[np.ndarray], np.ndarray]) -> Arrays:
    """The first samples that judge give way to ``copies`` training samples, changed."""
    rows = _draws(19).permutation(len(made["X_train"]))[:copies]
    changed = change(made["X_train"][rows])
    return {
        **made,
        "X_valid": np.concatenate([changed, made["X_valid"][copies:]]),
        "y_valid": np.concatenate([made["y_train"][rows], made["y_valid"][copies:]]),
    }


def _compressed(images: np.ndarray) -> np.ndarray:
    """As JPEG of quality 90 gives them back."""

    def once(image: np.ndarray) -> np.ndarray:
        stored = io.BytesIO()
        Image.fromarray(image).save(stored, "JPEG", quality=90)
        return np.asarray(Image.open(stored))

    return np.stack([once(image) for image in images])


def _brighter(images: np.ndarray) -> np.ndarray:
    return (images.astype(int) + 8).clip(0, 255).astype(np.uint8)


def _burst() -> Arrays:
    """Photographs of which 40 of the 150 that judge are those of training, taken one pixel further to the right."""
    images, labels = photographs(200, 33)
    made = _parted(lambda: (images[:, :, :32], labels), 250, 150)
    rows = _draws(19).permutation(250)[:40]
    made["X_valid"] = np.concatenate([images[rows][:, :, 1:], made["X_valid"][40:]])
    made["y_valid"] = np.concatenate([labels[rows], made["y_valid"][40:]])
    return made


def _series_again() -> Arrays:
    """45 of 150 series that judge are training series."""
    whole = trends(150, 0.15)
    rows = np.concatenate([_draws(19).permutation(300)[:45], np.arange(345, 450)])
    return {
        **{f"{what}_train": whole[what][:300] for what in ("X", "y", "lengths")},
        **{f"{what}_valid": whole[what][rows] for what in ("X", "y", "lengths")},
    }


_LETTERS = partial(letters, "ABEGHKMRSTXZ", 60)
_MORE = partial(letters, "AHKO", 200, (16, 16), number=20)
_THREE_GARMENTS = partial(drawn.fashion, (1, 8, 9), 450)
_TEN_GARMENTS = partial(drawn.fashion, tuple(range(10)), 130)

FRESH: dict[str, Callable[[], Arrays]] = {
    "letters": lambda: _whole(_LETTERS),
    "letters-four": lambda: _whole(_MORE),
    "letters-few": lambda: _parted(lambda: letters("AKO", 60, (16, 16), number=22), 45, 120),
    "letters-thin": _thin,
    "letters-veiled": _veiled,
    "pairs": lambda: _pairs(500, 200, 0.05),
    "pairs-few": lambda: _pairs(70, 250, 0.3),
    "tiles": lambda: _whole(lambda: tiles(350)),
    "tiles-jpeg": lambda: _again(_parted(lambda: tiles(350), 450, 250), 50, _compressed),
    "photographs-32": lambda: _parted(lambda: photographs(200, 32), 100, 300),
    "photographs-burst": _burst,
    "dots": lambda: _whole(lambda: dots(160)),
    "trends": lambda: trends(150, 0.15),
    "trends-few": lambda: trends(100, 0.9, 16),
    "trends-again": _series_again,
    "wine-unique": lambda: _parted(lambda: wine(unique=True), 950, 400),
    "wine-rows": lambda: _parted(lambda: wine(unique=False), 1100, 499),
    "diabetes-thirds": lambda: _parted(diabetes, 300, 142),
    "diabetes-metres": lambda: _parted(lambda: (diabetes()[0] * np.float32(1e-5), diabetes()[1]), 300, 142),
    "garments-uneven": lambda: _uneven(_THREE_GARMENTS, (300, 60, 24), 90),
    "garments-ten": lambda: _parted(_TEN_GARMENTS, 900, 400),
    "garments-brighter": lambda: _again(_parted(_TEN_GARMENTS, 900, 400), 60, _brighter),
    "garments-forty": lambda: _parted(_TEN_GARMENTS, 40, 300),
}
