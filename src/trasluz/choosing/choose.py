"""From data, a purpose and minutes to a recipe: facts, candidates, pace, epochs."""

from __future__ import annotations

import dataclasses
import re
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol

from trasluz import components
from trasluz.choosing.budget import FEW_EPOCHS, Epochs, Work, epochs_within, minutes_for, phase_seconds, usable
from trasluz.choosing.candidates.base import BaseCandidate, Case
from trasluz.choosing.choice import Choice, chosen_sentence
from trasluz.choosing.facts import Facts
from trasluz.choosing.look import look
from trasluz.choosing.mirror import mirrored_share
from trasluz.choosing.pace import Clock, Pace, measure, timed_seconds
from trasluz.choosing.purposes import settle_purpose
from trasluz.choosing.request import LENGTH, check_request
from trasluz.data.data import Data
from trasluz.data.read.raw import Raw
from trasluz.errors import RequestError
from trasluz.families import base as families
from trasluz.messages import _
from trasluz.model.hardware import choose as choose_hardware
from trasluz.recipe import DataSection, Recipe
from trasluz.reporting import Reporter
from trasluz.training.compared import compared_rows
from trasluz.training.fit import session
from trasluz.training.weights.finding import FoundWeights

PACKAGE = "trasluz.choosing.candidates"
OpenData = Callable[[DataSection, int], Data]


class _Part(Protocol):
    Candidate: type[BaseCandidate]


CANDIDATES: components.Parts[_Part] = components.Parts(PACKAGE, "candidate")


@dataclass(frozen=True)
class Asked:
    """A request: ``changes`` are fields of the recipe that win over what is chosen, ``data.source`` among them;
    ``arrays`` are looked at in its place.  ``purpose`` and ``minutes`` as people gave them, ``only`` the one candidate
    that is to be taken.  ``weights`` gives the pretrained ones that were found, and is asked only where they may help;
    ``started`` a recipe that starts from them."""

    changes: Mapping[str, Any]
    arrays: Raw | None = None
    purpose: str | None = None
    minutes: float | None = None
    only: str | None = None
    weights: Callable[[], tuple[FoundWeights, ...]] = field(default=tuple)
    started: Callable[[Recipe, FoundWeights], Recipe] = lambda recipe, weights: recipe


def choose(asked: Asked, open_data: OpenData, reporter: Reporter, clock: Clock = time.perf_counter) -> Choice:
    """Looks, chooses, says so, opens the data and measures; says how long training will take.

    Raises:
        RequestError: the data, the purpose or the minutes do not do; nothing was trained.
    """
    started = clock()
    check_request(asked.changes, asked.minutes)
    base = Recipe().override({name: value for name, value in asked.changes.items() if _of_data(name)})
    facts = look(base.data, reporter, asked.arrays)
    purpose = settle_purpose(facts, asked.purpose)
    if purpose == "classify" and facts.small_images and not facts.multi_label:
        facts = dataclasses.replace(facts, mirrored=_mirrored(facts, base, open_data))
    weights = asked.weights() if purpose == "classify" and facts.kind == "image" else ()
    case = Case(facts, purpose, weights, asked.minutes, asked.started)
    name, candidate = _best(case, asked.only)
    told, reason = _(candidate.told), candidate.reason(case)
    reporter.say(chosen_sentence(facts, told, reason))
    plain = candidate.recipe(case).model_copy(update={"name": _slug(facts.name) or name})
    whole = plain.override(dict(asked.changes))
    data = open_data(whole.data, whole.seed)
    plain = candidate.settled(plain, data)
    minutes = candidate.minutes if asked.minutes is None else asked.minutes
    planned = _Plan(asked, case, candidate, plain, data, minutes)
    recipe, paces, epochs, training = planned.within(started, clock)
    choice = Choice(
        candidate=name,
        purpose=purpose,
        told=told,
        reason=reason,
        facts=facts,
        recipe=recipe,
        data=data,
        minutes=minutes,
        asked=asked.minutes is not None,
        spent=clock() - started,
        training=training,
        paces=paces,
        epochs=epochs,
    )
    reporter.say(choice.time())
    reporter.say(choice.faster())
    return choice


def _slug(name: str) -> str:
    """The data's name as a recipe may be called, after which the run is called; empty where nothing is left of it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")


def _of_data(name: str) -> bool:
    return name == "data" or name.startswith("data.")


def _mirrored(facts: Facts, base: Recipe, open_data: OpenData) -> float | None:
    """Whether images may be mirrored, asked of them decoded."""
    size = {"data.size": [facts.height, facts.width]} if facts.sizes > 1 and base.data.size is None else {}
    return mirrored_share(open_data(base.override(size).data, base.seed))


def _best(case: Case, only: str | None) -> tuple[str, BaseCandidate]:
    """The candidate that is preferred among those that fit.

    Raises:
        RequestError: none fits.
    """
    names = CANDIDATES.names() if only is None else (only,)
    found = [(name, CANDIDATES.find(name).Candidate()) for name in names]
    fitting = [(n, c) for n, c in found if c.purpose == case.purpose and c.fits(case)]
    if not fitting:
        message = _("{name}: nothing that may be chosen fits these data; name a recipe: trasluz train RECIPE --data …")
        raise RequestError(message.format(name=case.facts.name))
    return max(fitting, key=lambda pair: pair[1].preference(case))


@dataclass(frozen=True)
class _Plan:
    """What is known once the data are open; ``plain`` is the candidate's recipe without the changes that win."""

    asked: Asked
    case: Case
    candidate: BaseCandidate
    plain: Recipe
    data: Data
    minutes: float

    def within(self, started: float, clock: Clock) -> tuple[Recipe, Mapping[str, Pace], Mapping[str, Epochs], float]:
        """The recipe with its epochs, the pace of each of its phases, their epochs, and the seconds they will take."""
        whole = self.plain.override(dict(self.asked.changes))
        phases = whole.resolved_phases()
        epochs = [Epochs(train.epochs, train.steps_per_epoch) for _phase, train in phases]
        with session(choose_hardware(whole.compute)) as (hardware, fabric, _request):
            timed = timed_seconds(self.minutes)
            paces = [measure(whole, i, self.data, fabric, hardware, clock, timed) for i in range(len(phases) - 1)]
            fixed = sum(self._seconds(paces, i, epochs[i], whole) for i in range(len(paces)))
            short = self._no_time_for_last(paces, usable(self.minutes) - fixed - (clock() - started))
            if not short:
                paces.append(measure(whole, len(paces), self.data, fabric, hardware, clock, timed))
        if short:
            whole, epochs = self._without_last(fixed + clock() - started), epochs[:-1]
        elif not any(name in LENGTH for name in self.asked.changes):
            epochs, whole = self._fitted(paces, epochs, whole, fixed + clock() - started)
        names = [phase.name for phase, _train in whole.resolved_phases()]
        seconds = sum(self._seconds(paces, i, epochs[i], whole) for i in range(len(names)))
        return whole, dict(zip(names, paces, strict=False)), dict(zip(names, epochs, strict=True)), seconds

    def _no_time_for_last(self, paces: Sequence[Pace], left: float) -> bool:
        """Whether the last phase goes without being measured: a pass through all layers takes three times as long as
        the features alone, for the way back costs twice the way there."""
        if not self.candidate.last_phase_may_go or not paces:
            return False
        images = len(self.data.split("train"))
        return left < 3 * self.candidate.least_epochs * images * paces[0].features

    def _without_last(self, needed: float) -> Recipe:
        """The recipe without its last phase, where ``needed`` seconds, from the first look on, suffice for the others.

        Raises:
            RequestError: fewer minutes were asked for.
        """
        if self.asked.minutes is not None and needed > 60 * self.minutes:
            self._refuse(needed)
        kept = self.plain.model_copy(update={"phases": self.plain.phases[:-1]})
        return kept.override(dict(self.asked.changes))

    def _refuse(self, needed: float) -> NoReturn:
        message = _("--minutes {given:g}: too little for these data on this machine; give at least {least:g}.")
        raise RequestError(message.format(given=self.minutes, least=minutes_for(needed)))

    def _fitted(
        self, paces: Sequence[Pace], epochs: list[Epochs], whole: Recipe, before: float
    ) -> tuple[list[Epochs], Recipe]:
        """The epochs of all phases, the last one's as many as fit after the ``before`` seconds that are over or belong
        to other phases, and the recipe with them.

        Raises:
            RequestError: not even a few steps fit; says how many minutes would do.
        """
        last = len(epochs) - 1
        train = whole.resolved_phases()[last][1]
        most, may_go = self.candidate.most_epochs(self.case), self.candidate.last_phase_may_go
        few = self.candidate.least_epochs if may_go else FEW_EPOCHS
        found = epochs_within(usable(self.minutes) - before, paces[last], train, self._work(last, whole), most, few)
        if may_go and (found is None or found.steps is not None):
            return epochs[:-1], self._without_last(before)
        if found is None:
            self._refuse(before + phase_seconds(paces[last], train, self._work(last, whole), Epochs(1, 5)))
        where = f"phases.{last}.train" if whole.phases else "train"
        length = {f"{where}.epochs": found.count, f"{where}.evaluate_every": self.candidate.evaluate_every(found.count)}
        if found.steps is not None:
            length[f"{where}.steps_per_epoch"] = found.steps
        return [*epochs[:-1], found], self.plain.override(length).override(dict(self.asked.changes))

    def _seconds(self, paces: Sequence[Pace], index: int, epochs: Epochs, whole: Recipe) -> float:
        return phase_seconds(paces[index], whole.resolved_phases()[index][1], self._work(index, whole), epochs)

    def _work(self, index: int, whole: Recipe) -> Work:
        train = whole.resolved_phases()[index][1]
        judged = len(self.data.split("valid")) + len(compared_rows(self.data, train))
        generates = "generate" in families.get(whole.model["family"]).capabilities
        every = (
            self.candidate.evaluate_every if index == len(whole.phases or (None,)) - 1 else _each(train.evaluate_every)
        )
        return Work(len(self.data.split("train")), judged, generates, every)


def _each(every: int) -> Callable[[int], int]:
    return lambda epochs: every
