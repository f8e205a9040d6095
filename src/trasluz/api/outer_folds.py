"""Which outer folds a search has, and whether its data can be dealt into them, before anything is trained."""

from __future__ import annotations

from collections.abc import Mapping

from trasluz.api.run import open_source
from trasluz.data.data import Data
from trasluz.data.split.splitting import Split, split_by
from trasluz.errors import DataError, RecipeError
from trasluz.messages import _, ngettext
from trasluz.numerals import integer
from trasluz.recipe import Recipe
from trasluz.recipe.searching import LEAVE_ONE_GROUP_OUT
from trasluz.recipe.study import Study
from trasluz.reporting import Reporter
from trasluz.search.trials.nested import FIELD, OuterFold
from trasluz.search.trials.plan import Plan


def outer_folds(asked: Study, speaker: Reporter, bases: Mapping[str, Recipe] | None = None) -> tuple[OuterFold, ...]:
    """The outer folds of a search, of one dealing after another; none where it asks for none.

    Data are opened only where it takes them to know how many there are.

    Raises:
        RequestError: the data cannot be opened, or not be dealt so.
    """
    outer, inner = asked.outer, asked.folds
    if outer is None:
        return ()
    if LEAVE_ONE_GROUP_OUT not in (outer.kind, None if inner is None else inner.kind):
        return tuple(OuterFold(i, repeat) for repeat in range(outer.repeats) for i in range(outer.count))
    plan = Plan.of(asked, 2, dict(bases or {}))
    recipe = plan.first_fold()
    return _folds_in(asked, recipe, _opened(recipe, asked, speaker))


def check_outer(plan: Plan, bases: Mapping[str, Recipe], speaker: Reporter) -> None:
    """Whether each outer fold leaves samples to train, to choose and to judge by; says of which samples they are.

    Raises:
        RecipeError: it does not, or the recipe holds a fold out itself.
        DataError: the data do not say what their splits were made from.
    """
    asked, said = plan.study, False
    if asked.outer is None:
        return
    seen: set[str] = set()
    for recipe in plan.tried:
        if recipe.data.test_fold is not None:
            message = _("outer: the recipe holds out a fold itself ({field}); leave out one of the two.")
            raise RecipeError(message.format(field=FIELD))
        key = recipe.data.model_dump_json()
        if key in seen:
            continue
        seen.add(key)
        folded = plan.folded(recipe)
        data = _opened(folded, asked, speaker)
        judged: set[int] = set()
        for fold in _folds_in(asked, folded, data):
            split = _split(data, folded, asked, fold)
            _check_parts(data, fold, split, plan.split)
            judged.update(split.splits["test"].tolist())
        if not said:
            _say_what_is_judged(data, len(judged), speaker)
        said = True


def _opened(recipe: Recipe, asked: Study, speaker: Reporter) -> Data:
    """The samples, however they are split: those of a recipe without folds, which any data allow."""
    plain = recipe.model_copy(update={"data": recipe.data.model_copy(update={"fold": None, "test_fold": None})})
    data = open_source(plain.data, plain.seed, speaker)
    if data.basis is None:
        message = _("{source}: these data do not say what their splits were made from, so that no fold can be taken.")
        raise DataError(message.format(source=data.name))
    return data


def _folds_in(asked: Study, recipe: Recipe, data: Data) -> tuple[OuterFold, ...]:
    assert asked.outer is not None
    found: list[OuterFold] = []
    each_group = asked.folds is not None and asked.folds.kind == LEAVE_ONE_GROUP_OUT
    for repeat in range(asked.outer.repeats):
        first = _split(data, recipe, asked, OuterFold(0, repeat))
        for index in range(first.test_folds or asked.outer.count):
            fold = OuterFold(index, repeat)
            inner = _split(data, recipe, asked, fold).folds if each_group else None
            found.append(OuterFold(index, repeat, inner))
    return tuple(found)


def _split(data: Data, recipe: Recipe, asked: Study, fold: OuterFold) -> Split:
    """The rows that train, choose and judge in the first cell inside an outer fold."""
    assert asked.outer is not None
    assert data.basis is not None
    within = recipe.override({FIELD: asked.outer.field(fold.index, fold.repeat)})
    try:
        return split_by(data.basis, within.data, within.seed)
    except RecipeError as error:
        # What people wrote is `outer` and `folds`; which fold of a recipe they became is no concern of theirs.
        told = str(error).replace(FIELD, "outer").replace("data.fold", "folds")
        if "outer" not in told:
            told = _("Inside {fold}: {reason}").format(fold=fold.name, reason=told)
        raise RecipeError(told) from None


def _check_parts(data: Data, fold: OuterFold, split: Split, chooses: str) -> None:
    for name in ("train", chooses, "test"):
        if not len(split.splits.get(name, ())):
            message = _(
                "outer: without {fold} {data} has no {split} samples left; give fewer outer folds, or folds or "
                "data.valid to choose by."
            )
            raise RecipeError(message.format(fold=fold.name, data=data.name, split=name))


def _say_what_is_judged(data: Data, count: int, speaker: Reporter) -> None:
    assert data.basis is not None
    given = data.basis.given.get("test", ())
    if len(given):
        message = ngettext(
            "{data} brings {given} test sample, which no outer fold takes and which stays unread; the outer folds "
            "judge others, {count}.",
            "{data} brings {given} test samples, which no outer fold takes and which stay unread; the outer folds "
            "judge others, {count}.",
            len(given),
        )
        speaker.say(message.format(data=data.name, given=integer(len(given)), count=integer(count)))
        return
    message = _("The outer folds judge {count} samples of {data}, each once in a dealing.")
    speaker.say(message.format(count=integer(count), data=data.name))
