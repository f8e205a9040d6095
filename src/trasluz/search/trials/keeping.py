"""Making a study in a storage, and reading what it says there: so that a worker needs nothing but its name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Literal

from trasluz.components import configure
from trasluz.errors import RequestError
from trasluz.messages import _
from trasluz.recipe import Recipe, from_yaml
from trasluz.recipe.migrations import FIRST, VERSION, migrate
from trasluz.recipe.study import Study
from trasluz.recipe.text import read_yaml
from trasluz.reporting import Reporter
from trasluz.search.trials.patience import Patience
from trasluz.search.trials.place import Place, quiet
from trasluz.search.trials.plan import Plan
from trasluz.search.trials.queue import DESCRIPTION, TrialQueue
from trasluz.search.trials.sampling import make_pruner


def create_trials(place: Place, plan: Plan, description: Mapping[str, str | None], reporter: Reporter) -> None:
    """Makes the study in its storage, says there what it is, and puts all its trials.

    Raises:
        StorageError: the folder cannot be written.
    """
    import optuna

    patience = Patience(place.shown, reporter)
    opened = patience(place.open)
    direction: Literal["maximize", "minimize"] = "maximize" if plan.better == "higher" else "minimize"

    def make() -> optuna.Study:
        with quiet(), suppress(optuna.exceptions.DuplicatedStudyError):
            return optuna.create_study(study_name=place.name, storage=opened.storage, direction=direction)
        return optuna.load_study(study_name=place.name, storage=opened.storage)

    made = patience(make)
    patience(made.set_user_attr, DESCRIPTION, json.dumps(dict(description)))
    with quiet():
        patience(made.set_metric_names, [plan.metric])
    queue = TrialQueue(place, opened, plan.space, patience, plan.sampler, make_pruner(plan.study.search, plan.steps))
    try:
        if plan.points is not None:
            queue.put(plan.points)
    finally:
        opened.close()


def description_in(place: Place, reporter: Reporter) -> tuple[Study, Recipe | None]:
    """What a storage says of a study.

    Raises:
        RequestError: there is no such study, or no search of ours.
    """
    import optuna

    patience = Patience(place.shown, reporter)
    opened = patience(place.open)
    try:
        names = patience(optuna.get_all_study_names, opened.storage)
        if place.name not in names:
            message = _("{name}: there is no such search in {place}; there are {known}.")
            known = ", ".join(names[-12:]) or "–"
            raise RequestError(message.format(name=place.name, place=place.shown, known=known))
        found = patience(optuna.load_study, study_name=place.name, storage=opened.storage)
        told = patience(lambda: found.user_attrs).get(DESCRIPTION)
    finally:
        opened.close()
    return _read(told, place)


def _read(text: object, place: Place) -> tuple[Study, Recipe | None]:
    try:
        told = json.loads(str(text))
        tree = read_yaml(str(told["study"]))
        present = migrate("study", tree, tree.get("version", FIRST))
        asked = configure(Study, {**present, "version": VERSION}, "")
        base = None if told["base"] is None else from_yaml(str(told["base"]), place.name)
    except (KeyError, TypeError, ValueError):
        message = _("{name}: this study in {place} is no search of Trasluz.")
        raise RequestError(message.format(name=place.name, place=place.shown)) from None
    return asked, base
