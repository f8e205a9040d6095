"""On how many images a difference of two runs rests, and what to do where there are too few: page and command line
say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trasluz.draw.names import integer
from trasluz.messages import _, ngettext
from trasluz.search.common import FEWEST
from trasluz.search.table import Result


@dataclass(frozen=True)
class Resting:
    """``common``: by run, images that it and the ``reference`` were judged on and neither was trained on (0 where none
    are known to be the same).  ``left``: images that all the runs know and none was trained on or keeps for its test,
    where they were not judged on these already; ``command`` judges them on these."""

    reference: str
    common: Mapping[str, int]
    left: int = 0
    command: str = ""

    @property
    def too_few(self) -> tuple[str, ...]:
        """The runs of which no difference is taken."""
        return tuple(name for name, count in self.common.items() if name != self.reference and count < FEWEST)

    def sentence(self, name: str) -> str:
        """On what the difference of one run rests, or why there is none; in the language in force."""
        count = self.common[name]
        told = {"name": name, "reference": self.reference, "n": integer(count), "fewest": FEWEST}
        if count >= FEWEST:
            message = _(
                "The difference of {name} from {reference} rests on the {n} samples that both were judged on and "
                "neither was trained on."
            )
        elif count:
            message = ngettext(
                "{name} and {reference} were both judged on only {n} sample on which neither was trained: from fewer "
                "than {fewest} no difference is taken.",
                "{name} and {reference} were both judged on only {n} samples on which neither was trained: from fewer "
                "than {fewest} no difference is taken.",
                count,
            )
        else:
            message = _(
                "{name} was judged on other samples than {reference}: its numbers stand here, but no difference is "
                "taken, because it could come from the samples alone."
            )
        return message.format(**told)

    def what_to_do(self) -> str:
        """How to judge all of them on the same images; empty where every difference is taken."""
        if not self.too_few:
            return ""
        if self.left >= FEWEST:
            message = _(
                "{n} samples that all of these runs know were trained on in none of them. Judge them on these with: "
                "`{command}`"
            )
            return message.format(n=integer(self.left), command=self.command)
        return _(
            "Nor are there {fewest} samples that all of these runs know and none was trained on. Trained on the same "
            "data with one seed (or one data.split_seed) and one data.valid, recipes are judged on the same samples."
        ).format(fewest=FEWEST)


@dataclass(frozen=True)
class StudyResting:
    """Of a study: ``samples``, the fewest images that a difference rests on (``None``: not known); ``others``: variants
    that were judged on other images than the ``reference``; ``few``: whether there were too few for any difference."""

    reference: str
    samples: int | None
    others: tuple[str, ...]
    few: bool

    def sentences(self) -> tuple[str, ...]:
        """What there is to say of it, in the language in force; those that end in no difference come first."""
        said = []
        told = {"reference": self.reference, "fewest": FEWEST, "names": ", ".join(self.others)}
        told["n"] = "" if self.samples is None else integer(self.samples)
        if self.others:
            said.append(
                ngettext(
                    "{names} was judged on other samples than {reference}, because it changes the data: no "
                    "difference is taken, because it could come from the samples alone.",
                    "{names} were judged on other samples than {reference}, because they change the data: no "
                    "difference is taken, because it could come from the samples alone.",
                    len(self.others),
                )
            )
        if self.few:
            said.append(_("Judged on {n} samples only: from fewer than {fewest} no difference is taken."))
        elif self.samples is not None:
            said.append(
                _("Each difference rests on samples that both variants were judged on: {n} or more for each training.")
            )
        return tuple(sentence.format(**told) for sentence in said)


def study_resting(results: Sequence[Result], reference: str) -> StudyResting:
    """What the differences of a study's ``results`` rest on."""
    of_reference = {one.number: one for one in results if one.variant == reference and one.failure is None}
    pairs = [
        (one, of_reference[one.number])
        for one in results
        if one.variant != reference and one.failure is None and one.number in of_reference
    ]
    others = dict.fromkeys(own.variant for own, other in pairs if own.judged_on != other.judged_on)
    counts = [
        one.samples
        for pair in pairs
        if pair[0].judged_on == pair[1].judged_on
        for one in pair
        if one.samples is not None
    ]
    least = min(counts, default=None)
    return StudyResting(reference, least, tuple(others), least is not None and least < FEWEST)
