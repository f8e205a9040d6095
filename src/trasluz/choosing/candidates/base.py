"""What every candidate says of itself, and what it is asked about."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, get_args

from trasluz.choosing.facts import Facts
from trasluz.data.data import Data
from trasluz.messages import LANGUAGES, _, language
from trasluz.recipe import Recipe, load

if TYPE_CHECKING:
    from trasluz.training.weights.finding import FoundWeights

Purpose = Literal["classify", "reconstruct", "generate", "translate"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)


@dataclass(frozen=True)
class Case:
    """What is to be chosen for: data, what they are for, the weights found, and the minutes asked for, if any.

    ``started`` gives a recipe that starts from weights, with the network that these are of.
    """

    facts: Facts
    purpose: Purpose
    weights: tuple[FoundWeights, ...] = ()
    minutes: float | None = None
    started: Callable[[Recipe, FoundWeights], Recipe] = lambda recipe, weights: recipe


class BaseCandidate(ABC):
    """One way to train; a file in ``candidates/`` has a ``Candidate``.

    ``purpose``: what for.  ``minutes``: how long it is trained where nobody says.  ``told``: what it is, in a few words
    (translated where it is shown).  ``last_phase_may_go``: whether the recipe's last phase is left out where the time
    does not suffice for ``least_epochs`` of it.
    """

    purpose: ClassVar[Purpose]
    minutes: ClassVar[float]
    told: ClassVar[str]
    last_phase_may_go: ClassVar[bool] = False
    least_epochs: ClassVar[int] = 1

    @abstractmethod
    def fits(self, case: Case) -> bool:
        """Whether it can be trained on such data at all; the purpose has been asked for already."""

    def preference(self, case: Case) -> float:
        """Of those that fit, the one with the highest is chosen."""
        return 0.0

    @abstractmethod
    def reason(self, case: Case) -> str:
        """Why, in the language in force: the rest of a sentence after what it is."""

    @abstractmethod
    def recipe(self, case: Case) -> Recipe:
        """The recipe, but for the source and the epochs of its last phase."""

    def settled(self, recipe: Recipe, data: Data) -> Recipe:
        """``recipe`` with what only decoded data can say; ``data`` are opened as it asks."""
        return recipe

    def most_epochs(self, case: Case) -> int:
        """Beyond which more time is not used."""
        return 100

    def evaluate_every(self, epochs: int) -> int:
        """After how many epochs validation is measured, of so many."""
        return max(1, -(-epochs // 25))

    def over(self, base: str, changes: Mapping[str, object]) -> Recipe:
        """The built-in recipe ``base`` with these fields, described as this candidate and called like it, until
        ``choose`` calls it like the data."""
        name = type(self).__module__.rsplit(".", 1)[-1].replace("_", "-")
        described = {}
        for each in LANGUAGES:
            with language(each):
                described[each] = _(self.told)
        return load(base).override(dict(changes)).model_copy(update={"name": name, "description": described})


def stopping(data: Data) -> dict[str, object]:
    """Early stopping where ``data`` have something to validate on: what overfits ends by itself, with its best weights.

    Validation is measured 25 times at most (``evaluate_every``), and five times without a better one is a fifth of the
    time that was planned.
    """
    found = {"monitor": "valid/loss", "patience": 5}
    return {"train.early_stopping": found} if len(data.split("valid")) else {}


def valid_share(samples: int) -> float:
    """The share of ``samples`` that validates: of few a fifth, so that the score says something; of many 5,000."""
    return 0.2 if samples < 1000 else round(min(0.1, 5000 / samples), 4)


def classes_told(facts: Facts) -> str:
    """The number of classes, in words."""
    return _("{n} classes").format(n=len(facts.counts))
