"""Dead units: channels that are zero at every place of every image that was looked at.

A caution where that can have cost something: fewer are left than tell the classes apart, or half of a layer is dead
and the training samples were not learned.  Where one answer is given to everything it is a remark beside that: units
that nothing is asked of fall silent, whatever the cause.  A third to two thirds of a first layer are dead from birth
where pixels are positive and were not standardised; what is left of a wide layer works as a narrower one would, which
is a remark.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trasluz.findings.evidence import Evidence, train_setting
from trasluz.findings.finding import Finding
from trasluz.findings.rules.one_answer import check as one_answer
from trasluz.findings.rules.rate_too_high import check as rate_too_high
from trasluz.look.looks import exciting, feature_maps, probes
from trasluz.messages import _, ngettext
from trasluz.numerals import integer, percent, significant

_FEWEST = 100  # images: with none of n alive, at most 3 / n are (95 %, Hanley and Lippman-Hand 1983)
# Of a layer's channels: up to a seventh are dead from birth in healthy layers of ReLU; half of them are a loss.
_SOME, _MANY = 0.15, 0.5
_OF_THE_ERROR = 0.5  # of guessing: who leaves less of it on training samples has learned them with what is alive


@dataclass(frozen=True)
class _Layer:
    name: str
    dead: int
    channels: int
    examined: int
    flat: bool = False  # no places: what it tells lies in its channels alone

    def costs(self, classes: int, learned: bool) -> bool:
        """Whether fewer channels are left than it takes to tell so many classes apart by lines, or half is dead in a
        network that has not ``learned``."""
        few = self.flat and self.channels - self.dead < classes - 1 <= self.channels
        return few or (not learned and self.dead >= _MANY * self.channels)


def check(evidence: Evidence) -> Finding | None:
    """The layer with the largest share of dead channels, of those whose channels were looked at."""
    layers = [layer for layer in _layers(evidence) if layer.examined >= _FEWEST and layer.dead]
    if not layers:
        return None
    classes = len(evidence.audit.get("classes") or {})
    ranked = [
        (layer.costs(classes, _learned(evidence, classes)), layer.dead / layer.channels, layer) for layer in layers
    ]
    costs, share, worst = max(ranked, key=lambda one: (*one[:2], one[2].examined))
    if share < _SOME and not costs:
        return None
    rate = evidence.train.optimiser.learning_rate
    seen = ngettext(
        "In {layer} {dead} of {channels} channels is zero everywhere in all {n} images looked at ({share}).",
        "In {layer} {dead} of {channels} channels are zero everywhere in all {n} images looked at ({share}).",
        worst.dead,
    )
    return Finding(
        severity="warn" if costs and one_answer(evidence) is None else "note",
        title=_("Dead channels"),
        seen=seen.format(
            layer=worst.name,
            dead=integer(worst.dead),
            channels=integer(worst.channels),
            n=integer(worst.examined),
            share=percent(share),
        ),
        meaning=_(
            "A channel that is zero for every image gets no gradient and can hardly come back; the layer works as if "
            "it were narrower."
        ),
        advice=(
            ""
            if costs
            else _("Where the network does well this costs nothing but time: the layer could as well be narrower.")
            + " "
        )
        + _(
            "Lower the learning rate of {rate} to a third, or warm it up; normalise before the activation, or use one "
            "that is not flat, such as leaky ReLU."
        ).format(rate=significant(rate)),
        numbers={"dead": float(worst.dead), "channels": float(worst.channels), "share": share},
        settings=(train_setting(evidence, "optimiser.learning_rate", f"{rate / 3:.2g}"),),
        refuted_by=_("one of these channels is above zero for any image of the kind that it was trained on."),
        cause="" if rate_too_high(evidence) is None else "learned little",
    )


def _learned(evidence: Evidence, classes: int) -> bool:
    """Whether training samples are told apart; not known of what has no classes."""
    known = evidence.trained_share
    shares = [*([] if known is None else [known[0]]), *evidence.series("train/accuracy")[-1:]]
    return bool(shares) and classes > 1 and 1 - max(shares) <= _OF_THE_ERROR * (1 - 1 / classes)


def _owners(evidence: Evidence) -> set[str]:
    return {name.rsplit(".", 1)[0] for name in evidence.parameters}


def _computed(evidence: Evidence, layers: Sequence[str]) -> Sequence[str]:
    """Of ``layers`` those from the first with weights on: before it stand the pixels themselves, which may be black in
    all images."""
    owners = _owners(evidence)
    first = next((i for i, layer in enumerate(layers) if any(f"{own}.".startswith(f"{layer}.") for own in owners)), 0)
    return layers[first:]


def _layers(evidence: Evidence) -> list[_Layer]:
    """Layers by the look that saw most images of them."""
    if len(_owners(evidence)) == 1:  # one layer with weights, the scores: before it stand the pixels alone
        return []
    found: dict[str, _Layer] = {}
    maps, best, read = (evidence.looks.get(name) for name in ("feature-maps", "exciting", "probes"))
    if isinstance(maps, feature_maps.FeatureMapsResult):
        for name in (name for name in _computed(evidence, maps.layers) if name in maps.dead and maps.shapes.get(name)):
            found[name] = _layer_of(maps, name)
    if isinstance(best, exciting.ExcitingResult):
        channels = best.shape[-1] if len(best.shape) == 2 else best.shape[0]
        known = found.get(best.layer)
        if known is None or known.examined < best.examined:
            found[best.layer] = _Layer(best.layer, len(best.dead), channels, best.examined, flat=len(best.shape) == 1)
    if isinstance(read, probes.ProbesResult) and len(read.dead):  # also of tables, which have no maps
        computed = _computed(evidence, read.layers)
        found = {layer.name: layer for layer in _probed(read) if layer.name in computed} | found
    return list(found.values())


def _probed(seen: probes.ProbesResult) -> Iterator[_Layer]:
    for name, shape, dead, width in zip(seen.layers, seen.shapes, seen.dead, seen.width, strict=True):
        yield _Layer(name, int(dead), int(width), seen.examined, flat=len(shape) == 1)


def _layer_of(maps: feature_maps.FeatureMapsResult, name: str) -> _Layer:
    channels, height, width = maps.shapes[name]
    return _Layer(name, len(maps.dead[name]), channels, maps.examined, flat=height * width == 1)
