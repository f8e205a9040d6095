"""The made data of the specimens of other hands: what was drawn as it is, or with something done to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from bench.zoo import drawn
from bench.zoo.drawn import Arrays, Pair


def _pair(of: Callable[[], Pair]) -> Arrays:
    images, labels = of()
    return {"X": images, "y": labels}


def _flipped(of: Callable[[], Pair], share: float, number: int) -> Arrays:
    """``share`` of the labels of each class are another class's, drawn."""
    samples, labels = of()
    draws, classes = drawn.draws_of(number), int(labels.max()) + 1
    wrong = np.zeros(len(labels), bool)
    for label in range(classes):
        rows = np.flatnonzero(labels == label)
        wrong[draws.permutation(rows)[: round(share * len(rows))]] = True
    other = (labels + draws.integers(1, classes, len(labels))) % classes
    return {"X": samples, "y": np.where(wrong, other, labels)}


def _one_way(of: Callable[[], Pair], share: float, source: int, target: int) -> Arrays:
    """``share`` of class ``source`` is called ``target``."""
    samples, labels = of()
    rows = np.flatnonzero(labels == source)
    labels = labels.copy()
    labels[drawn.draws_of(40).permutation(rows)[: round(share * len(rows))]] = target
    return {"X": samples, "y": labels}


def _split(of: Callable[[], Pair], train: int, valid: int) -> Arrays:
    """The first so many train, the next so many judge."""
    samples, labels = of()
    return {
        "X_train": samples[:train],
        "y_train": labels[:train],
        "X_valid": samples[train : train + valid],
        "y_valid": labels[train : train + valid],
    }


def _leaky(of: Callable[[], Pair], train: int, valid: int, share: float, *, noise: int = 0) -> Arrays:
    """``share`` of the validation are training samples, each with grey levels changed by at most ``noise``."""
    made = _split(of, train, valid)
    copies = round(share * valid)
    rows = drawn.draws_of(41).permutation(train)[:copies]
    again = made["X_train"][rows]
    if noise:
        draws = drawn.draws_of(42).integers(-noise, noise + 1, again.shape)
        again = (again.astype(int) + draws).clip(0, 255).astype(again.dtype)
    made["X_valid"] = np.concatenate([again, made["X_valid"][copies:]])
    made["y_valid"] = np.concatenate([made["y_train"][rows], made["y_valid"][copies:]])
    return made


def _leaky_test(of: Callable[[], Pair], train: int, rest: int) -> Arrays:
    """Clean validation; a third of the test images are training images."""
    whole, leaky = _split(of, train, rest), _leaky(lambda: (of()[0][rest:], of()[1][rest:]), train, rest, 1 / 3)
    copies = round(rest / 3)
    test = np.concatenate([whole["X_train"][:copies], leaky["X_valid"][copies:]])
    labels = np.concatenate([whole["y_train"][:copies], leaky["y_valid"][copies:]])
    return {**whole, "X_test": test, "y_test": labels}


def _uneven(of: Callable[[], Pair], train: dict[int, int], valid: dict[int, int]) -> Arrays:
    """So many samples of each class train, the next ones judge."""
    samples, labels = of()
    rows = {label: np.flatnonzero(labels == label) for label in {*train, *valid}}
    first = np.concatenate([rows[label][:count] for label, count in train.items()])
    after = [rows[label][train.get(label, 0) :][:count] for label, count in valid.items()]
    second = np.concatenate(after)
    return {
        "X_train": samples[first],
        "y_train": labels[first],
        "X_valid": samples[second],
        "y_valid": labels[second],
    }


def _blank(of: Callable[[], Pair], count: int) -> Arrays:
    """``count`` images are black, as a camera gives that was covered."""
    images, labels = of()
    images = images.copy()
    images[drawn.draws_of(44).permutation(len(images))[:count]] = 0
    return {"X": images, "y": labels}


_SHAPES = partial(drawn.shapes_of, 150, (0, 1, 2, 3), (13, 17), 0.08, 50)
_MORE_SHAPES = partial(drawn.shapes_of, 300, (0, 1, 2, 3), (13, 17), 0.08, 51)
_HIDDEN_SHAPES = partial(drawn.shapes_of, 250, (0, 1, 4), (13, 13), 0.9, 54)
_GLYPHS = partial(drawn.glyphs, 40)
_MANY_GLYPHS = partial(drawn.glyphs, 80, 0.06)
_STRIPES = partial(drawn.stripes, 160)
_CLOUDS = partial(drawn.clouds, (120,) * 10, 4.5)
_BLURRED = partial(drawn.clouds, (400, 400), 0.9, features=20, number=30)


def _twin_shapes() -> Arrays:
    """Every sixth disc is labelled as a class of its own that nothing tells from discs."""
    images, labels = _MORE_SHAPES()
    discs = np.flatnonzero(labels == 0)
    labels = labels.copy()
    labels[discs[::6]] = 4
    return {"X": images, "y": labels}


OTHERS: dict[str, Callable[[], Arrays]] = {
    "shapes": partial(_pair, _SHAPES),
    "more-shapes": partial(_pair, _MORE_SHAPES),
    "other-shapes": lambda: _pair(lambda: drawn.shapes_of(120, (4, 5, 2), (13, 17), 0.08, 53)),
    "shapes-colour": lambda: drawn.colours(alpha=False),
    "shapes-alpha": lambda: drawn.colours(alpha=True),
    "shapes-12-bit": drawn.deep_shapes,
    "stripes": lambda: _pair(_STRIPES),
    "textures": drawn.textures,
    "glyphs": lambda: _pair(_GLYPHS),
    "few-glyphs": lambda: _pair(lambda: drawn.glyphs(40, 0.02, 6)),
    "several": lambda: drawn.several(500, 200),
    "several-few": lambda: drawn.several(300, 12),
    "moons": drawn.moons,
    "rings": drawn.rings,
    "board": drawn.board,
    "clouds": lambda: _pair(_CLOUDS),
    "clouds-blurred": lambda: _pair(_BLURRED),
    "cultivars": drawn.cultivars,
    "waves": drawn.waves,
    "mnist-1000": lambda: _pair(lambda: drawn.mnist(100)),
    "mnist-2000": lambda: _pair(lambda: drawn.mnist(200)),
    "garments": lambda: _pair(lambda: drawn.fashion((1, 7, 8, 9), 250)),
    "three-to-one": lambda: _uneven(drawn.digits, {4: 90, 9: 30}, {4: 90, 9: 30}),
    "three-and-five": lambda: _uneven(drawn.digits, {3: 90, 5: 90}, {3: 80, 5: 80}),
    "heart-shapes": lambda: _split(_HIDDEN_SHAPES, 150, 300),
    "heart-clouds": lambda: _split(_BLURRED, 80, 400),
    "heart-garments": lambda: _split(lambda: drawn.fashion((0, 2, 4, 6), 150), 160, 400),
    "flipped-mnist": lambda: _flipped(lambda: drawn.mnist(150), 0.08, 60),
    "flipped-garments": lambda: _flipped(lambda: drawn.fashion((1, 7, 8, 9), 250), 0.1, 61),
    "flipped-glyphs": lambda: _flipped(_GLYPHS, 0.06, 62),
    "flipped-shapes": lambda: _flipped(_MORE_SHAPES, 0.1, 63),
    "flipped-clouds": lambda: _flipped(_CLOUDS, 0.08, 64),
    "sevens-called-ones": lambda: _one_way(drawn.digits, 0.2, 7, 1),
    "leaky-shapes": lambda: _leaky(_MORE_SHAPES, 600, 300, 0.2),
    "leaky-mnist": lambda: _leaky(lambda: drawn.mnist(100), 700, 300, 0.05),
    "leaky-clouds": lambda: _leaky(_CLOUDS, 700, 300, 0.3),
    "leaky-nearly": lambda: _leaky(lambda: drawn.mnist(100), 700, 300, 0.25, noise=2),
    "leaky-whole": lambda: _leaky(lambda: drawn.fashion((0, 2, 4, 6), 250), 600, 200, 1.0),
    "leaky-test": lambda: _leaky_test(_STRIPES, 400, 150),
    "rare-cloud": lambda: _uneven(lambda: drawn.clouds((1000, 120), 1.3, number=31), {0: 380, 1: 20}, {0: 380, 1: 60}),
    "rare-shape": lambda: _uneven(_HIDDEN_SHAPES, {0: 120, 2: 10}, {0: 100, 2: 60}),
    "rare-shirt": lambda: _uneven(lambda: drawn.fashion((0, 6), 400), {0: 200, 1: 16}, {0: 150, 1: 80}),
    "untaught": lambda: _uneven(
        lambda: drawn.mnist(60), {d: 40 for d in range(10) if d != 7}, dict.fromkeys(range(10), 20)
    ),
    "twins": drawn.twins,
    "twin-shapes": _twin_shapes,
    "sixty-forty": lambda: _pair(lambda: drawn.clouds((240, 160), 2.5, number=32)),
    "far-clouds": lambda: _pair(lambda: (_CLOUDS()[0] + np.float32(20), _CLOUDS()[1])),
    "rarest-shirt": lambda: _uneven(
        lambda: drawn.fashion((0, 6, 9), 300), {0: 200, 1: 3, 2: 200}, {0: 60, 1: 60, 2: 60}
    ),
    "blank": lambda: _blank(_SHAPES, 5),
    "twelve-judge": lambda: _split(_SHAPES, 400, 12),
    "twenty-judge": lambda: _uneven(_GLYPHS, dict.fromkeys(range(30), 25), dict.fromkeys(range(20), 1)),
    "ninety-shapes": lambda: _split(_SHAPES, 90, 300),
    "hundred-mnist": lambda: _split(lambda: drawn.mnist(60), 100, 300),
}
