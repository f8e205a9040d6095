"""Every built-in recipe and study says in both languages what it is for, needs and takes; nothing depends on it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.cases import CASES
from trasluz.errors import RecipeError
from trasluz.messages import LANGUAGES, language
from trasluz.recipe import Recipe, built_in_names, load, parse_overrides
from trasluz.recipe.about import GROUPS, AboutSection, group_title
from trasluz.recipe.study import load_study, study_names

RESULTS = Path(__file__).parent.parent.parent / "docs" / "results"
ABOUT = {
    **{name: load(name).about for name in built_in_names()},
    **{f"studies/{name}": load_study(name).about for name in study_names()},
}


@pytest.mark.parametrize("name", ABOUT)
def test_every_built_in_says_in_both_languages_what_it_is_for_and_needs(name: str) -> None:
    about = ABOUT[name]
    assert about is not None, f"{name} needs an `about` with group, purpose and data (docs/recipes.md)"
    assert set(about.purpose) == set(LANGUAGES)
    assert all(line.endswith(".") and "\n" not in line and len(line) < 120 for line in about.purpose.values())
    told = {}
    for spoken in LANGUAGES:
        with language(spoken):
            told[spoken] = (about.what_for(), about.needs(), about.takes(), group_title(about.group))
    assert all(english != spanish for english, spanish in zip(*told.values(), strict=True) if english)


def _measured() -> dict[str, float]:
    """Minutes of the quickest training of each recipe as it stands in docs/results."""
    found = {}
    for name, case in CASES.items():
        path = RESULTS / f"{name}.json"
        if case.settings or not path.exists():
            continue
        epochs = sum(train.epochs for _phase, train in load(case.recipe).resolved_phases())
        seeds = [one for one in json.loads(path.read_text(encoding="utf-8"))["seeds"] if one["epochs"] == epochs]
        if seeds:
            found[case.recipe] = min(one["wall_seconds"] for one in seeds) / 60
    return found


def test_minutes_are_those_that_were_measured_and_no_others() -> None:
    told = {name: about.minutes for name, about in ABOUT.items() if about and about.minutes and "/" not in name}
    assert told == {name: pytest.approx(value, rel=0.06) for name, value in _measured().items()}


def test_what_a_recipe_says_about_itself_does_not_change_what_it_is() -> None:
    plain = load("digits-cnn")
    other = plain.model_copy(update={"about": None})
    assert plain.about is not None
    assert other.hash == plain.hash
    assert Recipe().about is None


def test_each_way_to_use_a_recipe_on_own_data_names_fields_that_there_are() -> None:
    first = {name: about for name, about in ABOUT.items() if about and about.use is not None}
    assert {about.group for about in first.values()} >= {"photographs", "images", "tables", "generators"}
    for name, about in first.items():
        words = (about.use or "").split()
        pairs = [words[i + 1] for i, word in enumerate(words) if word == "--set"]
        load(name).override(parse_overrides(pairs)).resolved_phases()
        assert about.command(name).startswith(f"trasluz train {name}")


def test_every_group_has_recipes_and_an_unknown_one_is_refused() -> None:
    assert {about.group for about in ABOUT.values() if about} == set(GROUPS)
    with pytest.raises(RecipeError, match=r"about.group: 'nice' is not allowed"):
        load("digits-cnn").override({"about.group": "nice"})


def test_a_purpose_needs_english_and_unmeasured_time_says_so() -> None:
    with pytest.raises(ValueError, match="English"):
        AboutSection(group="tables", purpose={"es": "Nada."}, data="rows")
    about = AboutSection(group="tables", purpose={"en": "Nothing."}, data="rows", minutes=0.5)
    assert about.takes().startswith("30")
    assert "not measured" in about.model_copy(update={"minutes": None}).takes()
    with language("es"):
        assert about.what_for() == "Nothing."
