"""What is asked of a search, as a study; and whether it can be done, before anything is made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trasluz.api.outer_folds import check_outer
from trasluz.api.run import open_source
from trasluz.api.trusting import check_code
from trasluz.components import configure
from trasluz.data.data import Data
from trasluz.data.refold import folds_of
from trasluz.errors import RecipeError, RequestError
from trasluz.families import base as families
from trasluz.messages import _
from trasluz.recipe import Recipe
from trasluz.recipe.files import built_in_names, is_recipe, load
from trasluz.recipe.migrations import present_fields
from trasluz.recipe.searching import LEAVE_ONE_GROUP_OUT
from trasluz.recipe.study import Study, load_study, study_names
from trasluz.reporting import Reporter
from trasluz.rng import Rng
from trasluz.search.trials.plan import Plan


def asked_study(
    question: str | Path | Recipe | Study,
    over: dict[str, Any],
    changes: dict[str, Any],
    data: str | Path | None,
    folds: int | None,
    seeds: int | None,
    more: Mapping[str, Any],
    outer: int | None = None,
) -> tuple[Study, Recipe | None]:
    """The study that was asked for, and its base where that is no built-in recipe.

    Raises:
        RecipeError: it is not valid, or neither a recipe nor a study.
    """
    found = _study(question)
    if found is None:
        if not over:
            message = _("{question}: give what to search as well: --over FIELD=VALUES, such as train.epochs=5,10.")
            name = question.name if isinstance(question, Recipe) else question
            raise RequestError(message.format(question=name))
        base: Recipe | None = question if isinstance(question, Recipe) else load(str(question))
        own = base.name if base is not None and isinstance(question, Recipe) else str(question)
        found = configure(Study, {"name": base.name if base else own, "base": own, "over": over, "seeds": 1}, "")
        over = {}
    else:
        base = None if found.variants and not found.over else load(found.base)
    given = {**present_fields(found.set), **present_fields(changes)} | (
        {} if data is None else {"data.source": str(data)}
    )
    tree: dict[str, Any] = {**found.model_dump(), "set": given, "over": {**found.model_dump()["over"], **over}}
    tree["search"] = {**found.search.model_dump(), **more} if (tree["over"] or more) else found.search.model_dump()
    for name, part, count in (("folds", found.folds, folds), ("outer", found.outer, outer)):
        if count is not None:
            tree[name] = {**(part.model_dump() if part is not None else {}), "count": count}
    if seeds is not None:
        tree["seeds"] = seeds
    if not tree["over"] and more:
        return found, None  # which is refused where it is said why
    asked = configure(Study, tree, "")
    built_in = asked.base in built_in_names()
    return asked, None if built_in else base


def _study(question: str | Path | Recipe | Study) -> Study | None:
    """The study that is meant; ``None`` for a recipe."""
    if isinstance(question, Study):
        return question
    if isinstance(question, Recipe) or str(question) in built_in_names():
        return None
    if str(question) in study_names():
        return load_study(question)
    path = Path(question)
    if path.is_file() and _names_a_base(path):
        return load_study(path)
    if not is_recipe(str(question)):
        load(str(question))  # says what there is
    return None


def _names_a_base(path: Path) -> bool:
    from trasluz.recipe.text import read_yaml_file

    try:
        tree = read_yaml_file(path)
    except Exception:  # whoever reads it as a recipe says what is wrong
        return False
    return isinstance(tree, dict) and "base" in tree


def check_request(asked: Study, base: Recipe | None, speaker: Reporter) -> Plan:
    """The plan of a new search, of which a network was built at the ends of every range.

    Raises:
        RequestError: something does not fit; nothing was made.
    """
    bases = {} if base is None else {asked.base: base}
    plan = Plan.of(asked, folds_in(asked, speaker, bases), bases)
    opened: dict[str, Data] = {}
    for recipe in plan.tried:
        check_code(recipe.model)
        first = plan.folded(recipe)
        key = first.data.model_dump_json()
        if key not in opened:
            opened[key] = open_source(first.data, first.seed, speaker)
            _check_split(opened[key], plan.split)
        family = families.create(recipe.model, opened[key].spec)
        with Rng(recipe.seed).ambient("build"):
            family.build()
    check_outer(plan, bases, speaker)
    return plan


def folds_in(asked: Study, speaker: Reporter, bases: Mapping[str, Recipe] | None = None) -> int | None:
    """How many folds the data have where one group is left out; ``None`` where the study says how many.

    Raises:
        RequestError: the data cannot be opened, or nobody said what their groups are.
    """
    if asked.folds is None or asked.folds.kind != LEAVE_ONE_GROUP_OUT:
        return None
    recipe = Plan.of(asked, 2, dict(bases or {})).first_fold()
    return folds_of(recipe.data, open_source(recipe.data, recipe.seed, speaker))


def _check_split(data: Data, split: str) -> None:
    if not len(data.split(split)):
        known = ", ".join(name for name, rows in data.splits.items() if len(rows))
        message = _("split: {data} has no {split} split to judge the trials on; allowed: {known}.")
        raise RecipeError(message.format(data=data.name, split=split, known=known))
