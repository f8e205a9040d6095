"""Pydantic's complaints about fields, in sentences: where, what was given, and what is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_origin

from pydantic import BaseModel, ValidationError

from trasluz.errors import nearest
from trasluz.messages import N_, _, ngettext, short, shown

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_MOST_SENTENCES, _MOST_GIVEN = 5, 200
_MOST_FIELDS = 12  # a longer list is a wall: where the field that was meant is known, that alone is named
_MOST_PLACES, _DEEPEST = 3, 3
# What fields are called elsewhere, where no likeness of letters leads to ours.
USUAL = {
    "lr": "learning_rate",
    "rate": "learning_rate",
    "batch_size": "batch",
    "bs": "batch",
    "wd": "weight_decay",
    "optimizer": "optimiser",
    "scheduler": "schedule",
    "num_epochs": "epochs",
    "n_epochs": "epochs",
    "max_epochs": "epochs",
    "img_size": "size",
    "image_size": "size",
    "resolution": "size",
    "val": "valid",
    "validation": "valid",
    "augmentation": "augment",
    "random_state": "seed",
    "random_seed": "seed",
    "architecture": "network",
}
_WHOLE, _NUMBER, _TRUTH = N_("it must be a whole number"), N_("it must be a number"), N_("it must be true or false")
_FIELDS, _OTHER = N_("it must be a name with fields"), N_("it is of another kind than this field takes")
_LIST_OF = N_("it must be {n} values in brackets, such as {example}")
_EXAMPLES = {"int": "32", "float": "0.5", "str": "name"}  # of what a list of so many values holds
Place = tuple[int | str, ...]
# How pydantic names the forms of a field that may have several, among the names of fields.
_FORM = re.compile(
    r"constrained-\w+|(?:tuple|list|dict|set|literal|lax-or-strict|nullable|function-\w+)\[.*\]|int|float|str|bool|none|any"
    r"|[A-Z]\w*Section"
)
# Complaints that a value is not of a form at all; all others are about a value that is.
_OF_THE_KIND = {
    *("int_type", "int_parsing", "int_from_float", "float_type", "float_parsing", "bool_type", "bool_parsing"),
    *("string_type", "list_type", "tuple_type", "dict_type", "model_type", "model_attributes_type", "none_required"),
    "literal_error",
}
NO_SUCH_PART = "no_such_part"  # the kind of complaint about the name of a part that nothing installed brings
_REASONS = {
    NO_SUCH_PART: N_("neither Trasluz nor an installed package brings it; allowed: {expected}"),
    "value_error": "{error}",
    "greater_than": N_("it must be greater than {gt}"),
    "greater_than_equal": N_("it must be at least {ge}"),
    "less_than": N_("it must be less than {lt}"),
    "less_than_equal": N_("it must be at most {le}"),
    "multiple_of": N_("it must be a multiple of {multiple_of}"),
    "literal_error": N_("allowed: {expected}"),
    "finite_number": N_("it must be a finite number"),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "string_type": N_("it must be text"),
    "string_unicode": N_("it must be text in UTF-8; rename what is called so"),
    "string_pattern_mismatch": N_("it must fit the pattern {pattern}"),
    "string_too_short": N_("it needs at least {min_length} characters"),
    "string_too_long": N_("it can have at most {max_length} characters"),
    "list_type": N_("it must be a list"),
    "tuple_type": N_("it must be a list"),
    "too_short": N_("it needs at least {min_length} entries"),
    "too_long": N_("it can have at most {max_length} entries"),
    "dict_type": _FIELDS,
    "model_type": _FIELDS,
    "model_attributes_type": _FIELDS,
    "none_required": N_("it must be null"),
}


def explain(error: ValidationError, config: type[BaseModel], where: str) -> str:
    """One sentence per wrong field: where, what was given, what is allowed; the first few of many."""
    wrong = _by_place(error.errors())
    sentences = []
    for place, problems in list(wrong.items())[:_MOST_SENTENCES]:
        path = short(shown(".".join([where, *(str(p) for p in place)]).strip(".")))
        sentences.append(_sentence(path, place, problems, config))
    left = len(wrong) - len(sentences)
    if left:
        sentences.append(ngettext("{n} more field is wrong.", "{n} more fields are wrong.", left).format(n=left))
    return " ".join(sentences)


def _sentence(path: str, place: Place, problems: list[ErrorDetails], config: type[BaseModel]) -> str:
    first = problems[0]
    if first["type"] == "extra_forbidden":
        return _unknown(path, str(place[-1]), config, place[:-1])
    if first["type"] == "missing":
        return _("{path}: is required.").format(path=path)
    if first["type"] == "value_error" and isinstance(first.get("input"), (dict, BaseModel)):
        # Fields that do not go together: the reason names them, and the whole section would only hide it.
        reason = str(first["ctx"]["error"]).removesuffix(".")
        return f"{path}: {reason}." if path else f"{reason}."
    reasons = list(dict.fromkeys(_reason(problem) for problem in problems))
    message = _("{path}: {given!r} is not allowed: {reason}.")
    return message.format(path=path, given=_Given(first.get("input")), reason=_(", or ").join(reasons))


def _by_place(problems: list[ErrorDetails]) -> dict[Place, list[ErrorDetails]]:
    """The complaints by the field that they are about.

    Where a field may have one of several forms, there is a complaint for each form.  Of a value that has one of these
    forms and is refused for something else, only that is of use: it is out of range, or wrong inside.
    """
    found: dict[Place, list[ErrorDetails]] = {}
    for problem in problems:
        found.setdefault(tuple(step for step in problem["loc"] if not _is_form(step)), []).append(problem)
    inside = {place[:deep] for place in found for deep in range(1, len(place))}
    for place, told in list(found.items()):
        forms = [problem for problem in told if any(map(_is_form, problem["loc"]))]
        told_better = [problem for problem in told if problem["type"] not in _OF_THE_KIND]
        if forms and place in inside:
            del found[place]  # the value has another form, in which something is wrong
        elif len(told) > 1 and told_better:
            found[place] = told_better
    return found


def _is_form(step: int | str) -> bool:
    """Whether a step of pydantic's path is no field, but one of several forms that a field may have."""
    return isinstance(step, str) and _FORM.fullmatch(step) is not None


def _unknown(path: str, name: str, config: type[BaseModel], parents: tuple[int | str, ...]) -> str:
    """The sentence about a field that there is not: where it is, if it is elsewhere, else which ones there are here."""
    known = _fields_at(config, parents)
    meant = USUAL.get(name, name)
    guess = meant if meant in known else nearest(name, known)
    places = [] if parents or guess == meant else places_of(config, name)
    if places:
        return _("{path}: no such field. Did you mean {guess}?").format(path=path, guess=_any_of(places))
    if guess and len(known) > _MOST_FIELDS:
        return _("{path}: no such field. Did you mean {guess}?").format(path=path, guess=guess)
    message = _("{path}: no such field; allowed: {known}.").format(path=path, known=", ".join(known))
    return message + (_(" Did you mean {guess}?").format(guess=guess) if guess else "")


def _any_of(places: list[str]) -> str:
    *first, last = places
    return _("{first} or {last}").format(first=", ".join(first), last=last) if first else last


def places_of(config: type[BaseModel], name: str) -> list[str]:
    """The dotted fields of ``config`` called ``name``, or what others call so; the nearest to the top first."""
    meant = USUAL.get(name, name)
    found = sorted((path for path in _paths(config) if path.rpartition(".")[2] == meant), key=lambda p: p.count("."))
    return [path for path in found if path.count(".") == found[0].count(".")][:_MOST_PLACES]


def _paths(config: type[BaseModel], before: str = "", deep: int = 0) -> Iterator[str]:
    """Every dotted field below ``config``, as far as it is known which sections there are."""
    for name in _fields_at(config, ()):
        yield f"{before}{name}"
        field = config.model_fields.get(name)
        inner = None if field is None else _section_of(field.annotation)
        if inner is not None and deep < _DEEPEST:
            yield from _paths(inner, f"{before}{name}.", deep + 1)


def _section_of(annotation: object) -> type[BaseModel] | None:
    """The section that a field holds, itself or as one of several forms; none of a list or mapping of sections."""
    direct = [
        annotation,
        *(getattr(annotation, "__args__", ()) if get_origin(annotation) in (Union, UnionType) else ()),
    ]
    return next((t for t in direct if isinstance(t, type) and issubclass(t, BaseModel)), None)


class _Given:
    """What somebody gave, in a form that a sentence can hold."""

    def __init__(self, value: object) -> None:
        self._value = value

    def __repr__(self) -> str:
        value = self._value
        if isinstance(value, (str, bytes)) and len(value) > _MOST_GIVEN:
            value = value[:_MOST_GIVEN]  # before it is spelled out as a whole
        return short(repr(value), _MOST_GIVEN)


def _reason(problem: ErrorDetails) -> str:
    """What is wrong with a value, in the language in force; ``tests/test_field_errors.py`` holds that every kind of
    complaint that our models can give has its words here."""
    context = dict(problem.get("ctx", {}))
    if "expected" in context:
        context["expected"] = str(context["expected"]).replace("' or '", _("' or '"))
    known = _REASONS.get(problem["type"], _OTHER)
    length = _length(problem)
    if length:
        known, context["n"] = _LIST_OF, length
        context["example"] = f"[{', '.join(_EXAMPLES.get(kind, '…') for kind in _kinds(problem))}]"
    return _(known).format(**context).removesuffix(".")


def _length(problem: ErrorDetails) -> int:
    """How many entries a list must have that was not given; 0 where any number will do, or for other complaints."""
    form = str(problem["loc"][-1]) if problem["loc"] else ""
    fixed = problem["type"] == "tuple_type" and form.startswith("tuple[") and "..." not in form
    return len(_kinds(problem)) if fixed else 0


def _kinds(problem: ErrorDetails) -> list[str]:
    """What the entries of a list must be, by pydantic's name of the form: ``tuple[int,int]``."""
    form = str(problem["loc"][-1])
    kinds = form.removeprefix("tuple[").removesuffix("]").split(",")
    return [kind.strip().removeprefix("constrained-") for kind in kinds]


def _fields_at(config: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    """Field names of the model that ``path`` leads to inside ``config``."""
    model: Any = config
    for step in path:
        if isinstance(step, int) or not (isinstance(model, type) and issubclass(model, BaseModel)):
            continue
        field = model.model_fields.get(step)
        if field is None:
            field = next((f for f in model.model_fields.values() if f.alias == step), None)
        if field is None:
            continue
        inner = [field.annotation, *_flatten(field.annotation)]
        model = next((t for t in inner if isinstance(t, type) and issubclass(t, BaseModel)), model)
    if not isinstance(model, type) or not issubclass(model, BaseModel):
        return []
    if hasattr(model, "fields_of_all"):  # a section that is chosen by name: this model is what all of them share
        return list(model.fields_of_all())
    return sorted(field.alias or name for name, field in model.model_fields.items())


def _flatten(annotation: object) -> list[object]:
    out: list[object] = []
    for argument in getattr(annotation, "__args__", ()):
        out += [argument, *_flatten(argument)]
    return out
