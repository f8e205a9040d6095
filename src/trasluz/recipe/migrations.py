"""Recipes, studies and stored models of earlier versions, brought to the present one.

They share one version, because they share their words: a study holds fields of recipes, a run's ``model/config.json``
the ``model`` part of one.  ``STEPS[n]`` turns each of the three from version ``n`` into ``n + 1``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, Literal, TypeVar

from trasluz.errors import RecipeError
from trasluz.messages import N_, _

Kind = Literal["recipe", "model", "study"]
Tree = dict[str, Any]
Path = tuple[str, ...]
T = TypeVar("T")

VERSION = 2
FIRST = 1  # of studies and models that tell no version, as those of 0.1
_NEWER = {
    "recipe": N_(
        "version: this recipe is of version {version}, and this program knows up to {newest}; upgrade trasluz."
    ),
    "model": N_("version: this model is of version {version}, and this program knows up to {newest}; upgrade trasluz."),
    "study": N_("version: this study is of version {version}, and this program knows up to {newest}; upgrade trasluz."),
}


@dataclass(frozen=True)
class Step:
    """From one version to the next.

    ``renames``: a recipe's dotted fields, ``*`` for any one name or position, and what their last name becomes; the
    three kinds of tree follow from these.  ``rewords``: fields whose text names something that was renamed, and what
    that text becomes.  ``changes``: what else becomes of a kind, after that.  ``study``: a study's own fields.
    ``looks``: options and fields of what looks found, as ``look.field``, and what they are called now.
    """

    renames: Mapping[str, str]
    changes: Mapping[Kind, Callable[[Tree], Tree]] = field(default_factory=dict)
    rewords: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    study: Mapping[str, str] = field(default_factory=dict)
    looks: Mapping[str, str] = field(default_factory=dict)

    def renamed(self, kind: Kind, tree: Tree) -> Tree:
        """``tree`` with the new names.

        Raises:
            RecipeError: a field is given by both names.
        """
        if kind != "study":
            result: Tree = self._rename(tree, ("model",) if kind == "model" else ())
            return result
        twice = next((old for old, new in self.study.items() if old in tree and new in tree), None)
        if twice is not None:
            raise _twice(twice, self.study[twice])
        changed = {self.study.get(name, name): value for name, value in tree.items()}
        if isinstance(tree.get("set"), dict):
            changed["set"] = self.fields(tree["set"])
        if isinstance(tree.get("variants"), dict):
            variants = tree["variants"].items()
            changed["variants"] = {k: self.fields(v) if isinstance(v, dict) else v for k, v in variants}
        return changed

    def fields(self, values: Tree) -> Tree:
        """Dotted fields with their values, as overrides and studies have them, by the new names.

        Raises:
            RecipeError: a field is given by both names.
        """
        changed: Tree = {}
        for dotted, value in values.items():
            path = tuple(str(dotted).split("."))
            name = ".".join(self._name(path[: i + 1]) for i in range(len(path)))
            if name in changed or (name != dotted and name in values):
                raise _twice(dotted, name)
            changed[name] = self._rename(value, path)
        return changed

    def _rename(self, value: Any, at: Path) -> Any:
        """``value``, which stands in a recipe ``at`` that place, with the new names in it."""
        if isinstance(value, list):
            return [self._rename(inner, (*at, str(i))) for i, inner in enumerate(value)]
        if isinstance(value, str):
            return _at(self.rewords, at, _unchanged)(value)
        if not isinstance(value, dict):
            return value
        changed: Tree = {}
        for old, inner in value.items():
            path = (*at, str(old))
            name = self._name(path)
            new = old if name == str(old) else name
            if new != old and new in value:
                raise _twice(".".join(path), ".".join((*at, name)))
            changed[new] = self._rename(inner, path)
        return changed

    def _name(self, path: Path) -> str:
        """The last name of ``path``, the new one where it has one."""
        return _at(self.renames, path, path[-1])


def _unchanged(text: str) -> str:
    return text


def _at(patterns: Mapping[str, T], path: Path, otherwise: T) -> T:
    """What stands for the pattern that fits ``path``."""
    pattern = _fitting(tuple(patterns), path)
    return otherwise if pattern is None else patterns[pattern]


@lru_cache(maxsize=4096)  # a search makes thousands of recipes of the same fields
def _fitting(patterns: tuple[str, ...], path: Path) -> str | None:
    """The first of the patterns that fits ``path``."""
    for pattern in patterns:
        parts = pattern.split(".")
        if len(parts) == len(path) and all(map(fnmatchcase, path, parts)):
            return pattern
    return None


def present_record_name(name: str) -> str:
    """The name of today of what a training records: version 0.1 called learning rates ``rate``."""
    return f"learning_{name}" if name.partition("/")[0] == "rate" else name


_PREFIXES = ("", "phases.*.")
_NAMES = {"optimiser.rate": "learning_rate", "optimisers.*.rate": "learning_rate", "rates": "learning_rate_factors"}
_EXAMINED = ("contrast", "exciting", "feature-maps", "maximise")
STEPS: dict[int, Step] = {
    1: Step(
        renames={f"{prefix}train.{old}": new for old, new in _NAMES.items() for prefix in _PREFIXES},
        rewords={f"{prefix}train.early_stopping.monitor": present_record_name for prefix in _PREFIXES},
        study={"judge": "split"},
        looks={
            "cam.judged": "checked",
            "neighbours.judged": "tested",
            "probes.judged": "tested",
            **{f"{look}.judged": "examined" for look in _EXAMINED},
        },
    ),
}


def migrate(kind: Kind, tree: Tree, version: object) -> Tree:
    """``tree`` of ``version`` in the present version.

    Earlier names are read in trees of any version, because people go on writing them.

    Raises:
        RecipeError: the version is not a whole number from 1, or is newer than this program; or a field is given by its
            earlier and its present name.
    """
    if not isinstance(version, int) or isinstance(version, bool) or version < FIRST:
        message = _("version: {version!r} is not allowed; it is a whole number from 1 to {newest}.")
        raise RecipeError(message.format(version=version, newest=VERSION))
    if version > VERSION:
        raise RecipeError(_(_NEWER[kind]).format(version=version, newest=VERSION))
    for number, step in sorted(STEPS.items()):
        tree = step.renamed(kind, tree)
        if number >= version and kind in step.changes:
            tree = step.changes[kind](tree)
    return tree


def present_fields(values: Tree) -> Tree:
    """Dotted fields with their values by their present names.

    Raises:
        RecipeError: a field is given by its earlier and its present name.
    """
    for _number, step in sorted(STEPS.items()):
        values = step.fields(values)
    return values


def present_names_of(look: str) -> dict[str, str]:
    """Earlier names of the options and fields of ``look``, and the present ones."""
    found: dict[str, str] = {}
    for _number, step in sorted(STEPS.items()):
        own = {old.partition(".")[2]: new for old, new in step.looks.items() if old.partition(".")[0] == look}
        found = {old: own.get(new, new) for old, new in found.items()} | own
    return found


def _twice(old: str, new: str) -> RecipeError:
    return RecipeError(
        _("{old} is the earlier name of {new}, which is given too; give one of them.").format(old=old, new=new)
    )
