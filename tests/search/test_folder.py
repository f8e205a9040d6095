"""The cells of a study: the recipes that ``Study.recipe`` gives one by one, each made once."""

from __future__ import annotations

from collections import Counter

import pytest

from trasluz.errors import RecipeError
from trasluz.recipe import load
from trasluz.recipe import study as studies
from trasluz.recipe.study import Study
from trasluz.search.folder import cells_of

ASKED = Study(
    name="asked",
    base="digits-cnn",
    set={"train.epochs": 2},
    variants={"a": {}, "b": {"train.optimiser.rate": 0.0123}, "c": {"recipe": "digits-autoencoder"}},
    seeds=3,
)


def test_cells_are_those_of_overriding_the_base_for_each() -> None:
    cells = cells_of(ASKED)
    assert [(cell.variant, cell.number) for cell in cells] == [(v, n) for n in range(3) for v in "abc"]
    for cell in cells:
        changes = {**ASKED.set, **ASKED.variants[cell.variant]}
        base = load(str(changes.pop("recipe", ASKED.base)))
        alone = base.override({**changes, "name": cell.variant, "seed": base.seed + cell.number})
        assert cell.recipe == alone == ASKED.recipe(cell.variant, cell.number)
        assert cell.recipe_hash == alone.hash
    assert len({cell.recipe_hash for cell in cells}) == 9


def test_each_base_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: Counter[str] = Counter()
    monkeypatch.setattr(studies, "load", lambda name: read.update([name]) or load(name))
    cells_of(ASKED)
    assert read == {"digits-cnn": 1, "digits-autoencoder": 1}


def test_a_seed_beyond_what_recipes_allow_is_refused_as_it_is_in_a_recipe() -> None:
    with pytest.raises(RecipeError, match="seed"):
        cells_of(ASKED.model_copy(update={"seed": 2**63 - 2}))
    assert len(cells_of(ASKED.model_copy(update={"seed": 2**63 - 3}))) == 9
