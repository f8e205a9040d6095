"""The ``data`` part of a recipe: where the samples come from, how they are read, split and augmented."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from trasluz.messages import _
from trasluz.recipe.base import Section
from trasluz.recipe.fold import FoldSection
from trasluz.recipe.name_pattern import read_pattern

Fraction = Annotated[float, Field(ge=0, lt=1)]
Factor = Annotated[float, Field(gt=0, le=10)]
Side = Annotated[int, Field(ge=1, le=16384)]


def _is_range(value: str | tuple[float, float]) -> bool:
    """Whether it says from where to where numbers count."""
    if not isinstance(value, str):
        return all(map(math.isfinite, value)) and value[0] < value[1]
    first, *rest = value.split() or [""]
    if rest == ["bits"]:
        return first.isdecimal() and len(first) < 3 and 1 <= int(first) <= 16
    if first == "percentiles" and len(rest) == 2:
        try:
            low, high = map(float, rest)
        except ValueError:
            return False
        return 0 <= low < high <= 100
    return value in ("auto", "full")


class AugmentSection(Section):
    """Random changes of training images; ranges are symmetric unless given as a pair. Validation never sees them.

    Angles are in degrees, shifts in fractions of the side, brightness/contrast/saturation in relative strength
    (0.2 means a factor in [0.8, 1.2]), hue in turns, crop_padding in pixels.  Zoom is the size of what is seen in
    sizes of the image, so that below 1 enlarges: 0.2 means a factor in [0.8, 1.2], [0.65, 1.1] just that.
    """

    flip_horizontal: bool = False
    flip_vertical: bool = False
    rotation: Annotated[float, Field(ge=0, le=180)] = 0.0
    shift: Annotated[float, Field(ge=0, le=1)] = 0.0
    shear: Annotated[float, Field(ge=0, lt=90)] = 0.0
    zoom: Annotated[float, Field(ge=0, lt=1)] | tuple[Factor, Factor] = 0.0
    zoom_keeps_aspect: bool = True
    brightness: Annotated[float, Field(ge=0, le=1)] = 0.0
    contrast: Annotated[float, Field(ge=0, le=1)] = 0.0
    saturation: Annotated[float, Field(ge=0, le=1)] = 0.0
    hue: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    crop_padding: Annotated[int, Field(ge=0)] = 0
    erasing: Annotated[float, Field(ge=0, le=1)] = 0.0
    erasing_area: tuple[Annotated[float, Field(gt=0, le=1)], Annotated[float, Field(gt=0, le=1)]] = (0.02, 0.33)
    mixup: Annotated[float, Field(ge=0)] = 0.0
    fill: Literal["nearest", "constant", "reflect"] = "nearest"
    fill_value: Annotated[float, Field(ge=0, le=1)] = 0.0

    @property
    def zoom_range(self) -> tuple[float, float]:
        """The smallest and the largest zoom factor."""
        return self.zoom if isinstance(self.zoom, tuple) else (1 - self.zoom, 1 + self.zoom)

    @property
    def active(self) -> bool:
        """Whether anything would change an image or a label."""
        return self != type(self)(
            fill=self.fill,
            fill_value=self.fill_value,
            erasing_area=self.erasing_area,
            zoom_keeps_aspect=self.zoom_keeps_aspect,
        )


class GenerateSection(Section):
    """Images that a run makes, where it is the source (``source: run:PATH``).

    ``count`` of them from ``seed``.  ``source``: the run's ``prior``, or a ``mixture`` of Gaussians fitted to the codes
    of its training images.  ``real``: images that stand beside them as a class of their own: ``own`` for those that the
    run was trained on, or any source; ``null`` for none.
    """

    count: Annotated[int, Field(ge=1)] = 10000
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    source: Literal["prior", "mixture"] = "prior"
    real: str | None = None


class GroupSection(Section):
    """Samples that belong together (of one patient, video, place or page): they stay on one side of every split.

    Who belongs together is said in one of three ways: ``column``, one of a manifest or of a table, whose text names the
    group; ``folder``, whose name is the group (1: the one that an image lies in, 2: the one above it); ``pattern`` of
    the file's name, such as ``(video#)_frame#``, where ``#`` is a number, ``*`` anything, ``?`` one character, and the
    group is what stands in parentheses.  Where the text is empty or the name does not fit, a sample is alone.
    ``near_duplicates``: images that are nearly the same belong together, too.

    A text in place of the section is a column: ``group: patient``.
    """

    column: Annotated[str, Field(min_length=1)] | None = None
    folder: Annotated[int, Field(ge=1, le=100)] | None = None
    pattern: str | None = None
    near_duplicates: bool = False

    @field_validator("pattern")
    @classmethod
    def _readable(cls, value: str | None) -> str | None:
        if value is not None:
            read_pattern(value)
        return value

    @model_validator(mode="after")
    def _one_way(self) -> GroupSection:
        ways = [name for name in ("column", "folder", "pattern") if getattr(self, name) is not None]
        if len(ways) > 1:
            raise ValueError(
                _("{first} and {second} both say who belongs together; give one").format(first=ways[0], second=ways[1])
            )
        return self

    @property
    def named(self) -> bool:
        """Whether anything but likeness says who belongs together."""
        return (self.column, self.folder, self.pattern) != (None, None, None)


class LimitSection(Section):
    """At most that many samples of each split; ``None`` keeps all of them."""

    train: Annotated[int, Field(ge=1)] | None = None
    valid: Annotated[int, Field(ge=1)] | None = None
    test: Annotated[int, Field(ge=1)] | None = None


class FoldersSection(Section):
    """The folders that are the parts of a split, by name: of training, of validation, of test images."""

    train: str | None = None
    valid: str | None = None
    test: str | None = None

    def given(self) -> dict[str, str]:
        """Split → folder, of those that are named."""
        return {split: name for split, name in self if name is not None}


class DataSection(Section):
    """Where the samples come from and how they are read.

    ``valid`` and ``test`` say how a split is made when the source does not give it: a fraction of the training
    images (stratified by class), ``"last 5000"`` (the last N training images in the source's order), or ``None``
    (no such split).  A split that the source gives is used as it is.  A fraction follows from the images themselves
    and from ``split_seed`` (``null``: the recipe's ``seed``), whatever else the recipe says.

    ``fold`` takes one fold of a cross-validation in the place of ``valid``: its samples validate, all others that are
    not test train, also those that the source gives for validation.  ``test_fold`` does the same for ``test``, so that
    folds can be nested; samples that the source gives for test are then in no split.  With either, ``split_seed: null``
    is the fold's ``seed``, and ``limit`` draws training samples of its own for each fold.

    ``group`` says which samples belong together, so that no split comes between them.

    ``limit`` keeps that many training samples, or that many of each split that it names (``{train: 600, valid: 200}``),
    ``labelled`` the labels of that many training samples (the others have none), each class in its share.

    ``range`` says which numbers stand for black and white in images deeper than 8 bits, and in arrays of 16-bit numbers
    or floats: ``auto`` takes the fewest of 8, 10, 12, 14 and 16 bits that hold the brightest number of all images (of
    floats 0 to 1, or what the training samples span), ``full`` all 16 bits, ``"12 bits"`` 0 to 4095,
    ``"percentiles 1 99"`` what lies between these shares of all stored numbers, ``[100, 3000]`` just that; what lies
    outside is cut to it.  Images of 8 bits count from 0 to 255.

    ``normalise: pretrained`` shows images as the network saw them whose weights the first phase starts ``from``.

    Of a folder or an archive of images: ``splits`` names the folders that are the parts of a split, where their names
    do not tell; images in other folders are left out.  ``class_folder`` says that the classes are the ``outer`` folders
    (those below belong to them) or the ``inner`` ones, which hold the images.  ``ignore_case: true`` makes one class of
    those whose names differ in upper and lower case only.

    ``classes`` are the labels' names in order, also such as these data do not hold; without it they are sorted.
    ``domains: true`` makes each class a domain, such as each of two folders, for a family that translates.

    Of a table (a CSV file without a column of image paths): ``target`` is the column of labels, ``target_at_least``
    makes two classes of its numbers, ``leave_out`` names columns to ignore, ``missing`` says what becomes of rows that
    lack a value (``mean``: of the training rows), ``text`` what becomes of columns of text.  ``normalise: standard``
    takes from each feature its mean over the training rows and divides by its standard deviation; any other leaves the
    numbers as they are.
    """

    source: str = "digits"
    size: Side | tuple[Side, Side] | None = None
    channels: Literal[1, 3, 4] | None = None
    resize: Literal["stretch", "fit", "crop"] = "stretch"
    range: str | tuple[float, float] = "auto"
    normalise: Literal["unit", "standard", "raw", "imagenet", "pretrained"] = "unit"
    valid: Fraction | str | None = 0.1
    test: Fraction | str | None = None
    fold: FoldSection | None = None
    test_fold: FoldSection | None = None
    group: GroupSection | None = None
    split_seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    limit: Annotated[int, Field(ge=1)] | LimitSection | None = None
    labelled: Annotated[int, Field(ge=1)] | None = None
    splits: FoldersSection = FoldersSection()
    class_folder: Literal["outer", "inner"] | None = None
    ignore_case: bool = False
    label_column: str | None = None
    target: str | None = None
    target_at_least: float | None = None
    missing: Literal["refuse", "mean", "drop-rows"] = "refuse"
    text: Literal["refuse", "one-hot"] = "refuse"
    leave_out: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    domains: bool = False
    allow_unreadable: bool = False
    balance: Literal["none", "weights", "sampling"] = "none"
    augment: AugmentSection = AugmentSection()
    generate: GenerateSection | None = None

    @property
    def limits(self) -> LimitSection:
        """``limit`` per split; a plain number is that of training."""
        return self.limit if isinstance(self.limit, LimitSection) else LimitSection(train=self.limit)

    @field_validator("range")
    @classmethod
    def _known_range(cls, value: str | tuple[float, float]) -> str | tuple[float, float]:
        if not _is_range(value):
            message = _('auto, full, "12 bits" (1 to 16), "percentiles 1 99" or [low, high], the lower number first')
            raise ValueError(message)
        return value

    @field_validator("group", mode="before")
    @classmethod
    def _column_alone(cls, value: object) -> object:
        return {"column": value} if isinstance(value, str) else value

    @field_validator("valid", "test")
    @classmethod
    def _last_n(cls, value: float | str | None) -> float | str | None:
        if isinstance(value, str):
            words = value.split()
            if len(words) != 2 or words[0] != "last" or not words[1].isdigit() or int(words[1]) < 1:
                raise ValueError(_('a fraction below 1, "last N" with N ≥ 1, or null'))
        return value
