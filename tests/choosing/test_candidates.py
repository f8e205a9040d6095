"""Every candidate writes a recipe whose networks can be built for the data that it says it fits, of any size."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import pytest

from tests.choosing.made import PHOTOS, SEQUENCES, SIGNS, TABLE, bars
from trasluz.choosing.candidates.base import PURPOSES, Case, Purpose
from trasluz.choosing.candidates.image_code import code_length
from trasluz.choosing.choose import CANDIDATES, PACKAGE, _best
from trasluz.choosing.facts import Facts
from trasluz.components import lacks, load
from trasluz.data.arrays import from_arrays
from trasluz.data.data import DataSpec
from trasluz.data.opening import open_data
from trasluz.families import base as families
from trasluz.recipe import DataSection, Recipe

SIDES = (6, 8, 11, 16, 20, 28, 32, 48, 64, 65, 90, 171, 500)


@dataclass(frozen=True)
class Weights:
    """Stands for weights that were found."""

    source: str = "file:weights.safetensors"
    library: str = "timm"
    architecture: str = "tf_efficientnet_lite0"
    side: int = 224


def _images(side: int, channels: int, samples: int, mirrored: float) -> Facts:
    return dataclasses.replace(
        SIGNS, height=side, width=side + side // 3, sizes=7, channels=channels, samples=samples, mirrored=mirrored
    )


def _fitting(case: Case) -> list[str]:
    found = ((name, CANDIDATES.find(name).Candidate()) for name in CANDIDATES.names())
    return [name for name, candidate in found if candidate.purpose == case.purpose and candidate.fits(case)]


def _spec(facts: Facts, recipe: Recipe) -> DataSpec:
    if facts.kind == "table":
        return DataSpec("table", (facts.features,), tuple(facts.counts))
    if facts.kind == "sequence":
        return DataSpec("sequence", (facts.steps, facts.features), tuple(facts.counts))
    size, channels = recipe.data.size, recipe.data.channels or facts.channels
    height, width = (facts.height, facts.width) if size is None else (size, size) if isinstance(size, int) else size
    domains = tuple(facts.counts) if recipe.data.domains else ()
    return DataSpec("image", (channels, height, width), tuple(facts.counts), domains=domains)


def _check(case: Case) -> None:
    for name in _fitting(case):
        recipe = CANDIDATES.find(name).Candidate().recipe(case)
        assert recipe.name == name
        assert set(recipe.description) == {"en", "es"}
        families.create(recipe.model, _spec(case.facts, recipe)).build()


def test_every_file_is_a_whole_candidate() -> None:
    for name in CANDIDATES.names():
        assert not lacks(PACKAGE, load(PACKAGE, name, "candidate")), name


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("channels", [1, 3])
def test_images_of_any_size_get_networks(side: int, channels: int) -> None:
    for purpose in PURPOSES:
        for samples, mirrored in ((300, 0.9), (20_000, 0.1)):
            _check(Case(_images(side, channels, samples, mirrored), purpose, (), 30.0))


@pytest.mark.parametrize("facts", [TABLE, SEQUENCES])
@pytest.mark.parametrize("samples", [50, 1000, 50_000])
def test_tables_and_sequences_get_networks(facts: Facts, samples: int) -> None:
    for purpose in PURPOSES:
        _check(Case(dataclasses.replace(facts, samples=samples), purpose))


@pytest.mark.parametrize(
    ("facts", "purpose", "minutes", "name"),
    [
        (PHOTOS, "classify", None, "photos-scratch"),
        (SIGNS, "classify", None, "small-signs"),
        (dataclasses.replace(SIGNS, mirrored=0.9), "classify", None, "small-things"),
        (dataclasses.replace(SIGNS, multi_label=True, mirrored=None), "classify", None, "small-signs"),
        (TABLE, "classify", None, "table"),
        (SEQUENCES, "classify", None, "sequence"),
        (SEQUENCES, "reconstruct", None, "sequence-code"),
        (PHOTOS, "reconstruct", None, "image-code"),
        (PHOTOS, "generate", None, "image-vae"),
        (SIGNS, "generate", None, "image-gan"),
        (SIGNS, "generate", 2.0, "image-vae"),
        (PHOTOS, "translate", None, "two-domains"),
    ],
)
def test_the_choice_is_the_one_that_the_rule_says(
    facts: Facts, purpose: Purpose, minutes: float | None, name: str
) -> None:
    assert _best(Case(facts, purpose, (), minutes), None)[0] == name


def test_weights_are_taken_for_photographs_and_not_for_small_signs() -> None:
    assert _best(Case(PHOTOS, "classify", (Weights(),)), None)[0] == "photos-transfer"
    assert _best(Case(SIGNS, "classify", (Weights(),)), None)[0] == "small-signs"


def test_digits_are_never_mirrored_and_photographs_are() -> None:
    signs = CANDIDATES.find("small-signs").Candidate().recipe(Case(SIGNS, "classify"))
    photos = CANDIDATES.find("photos-scratch").Candidate().recipe(Case(PHOTOS, "classify"))
    assert not signs.data.augment.flip_horizontal
    assert photos.data.augment.flip_horizontal
    assert not signs.model.get("mirror")


def test_fewer_images_get_fewer_parameters_and_more_epochs() -> None:
    few, many = (Case(dataclasses.replace(SIGNS, height=28, width=28, samples=n), "classify") for n in (600, 60_000))
    candidate = CANDIDATES.find("small-signs").Candidate()
    sizes = []
    for case in (few, many):
        recipe = candidate.recipe(case)
        networks = families.create(recipe.model, _spec(case.facts, recipe)).build()
        sizes.append(sum(parameter.numel() for parameter in networks.parameters()))
    assert sizes[0] < sizes[1]
    assert candidate.most_epochs(few) > candidate.most_epochs(many)


def test_the_code_is_as_long_as_the_images_have_dimensions() -> None:
    noise = np.random.default_rng(0)
    bases = noise.random((20, 12 * 12))  # images that are mixtures of 20 pictures
    images = (noise.random((200, 20)) @ bases).reshape(-1, 12, 12, 1)
    data = open_data(DataSection(), 0, arrays=from_arrays(images / images.max()))
    assert 8 <= code_length(data) <= 20
    same = open_data(
        DataSection(valid=None), 0, arrays=from_arrays(np.tile(bars(1, ("top", "left"))[0], (40, 1, 1, 1)))
    )
    assert code_length(same) == 8


@pytest.mark.parametrize("name", ["image-code", "sequence-code"])
def test_an_autoencoder_stops_where_validation_grows_worse_if_there_is_any(name: str) -> None:
    candidate = CANDIDATES.find(name).Candidate()
    facts = SEQUENCES if name == "sequence-code" else SIGNS
    case = Case(facts, "reconstruct")
    images, labels = bars(40, ("top", "left"))
    for valid in (0.2, None):
        data = open_data(DataSection(valid=valid), 0, arrays=from_arrays(images, labels))
        stopping = candidate.settled(candidate.recipe(case), data).train.early_stopping
        assert (stopping is not None) == (valid is not None)
        if stopping is not None:
            assert stopping.monitor == "valid/loss"
            assert stopping.restore_best
            assert stopping.patience * candidate.evaluate_every(300) < 300 / 4
