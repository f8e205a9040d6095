"""Dead units: channels that are zero at every place of every image that was looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trasluz.findings.evidence import Evidence, train_setting
from trasluz.findings.finding import Finding
from trasluz.findings.rules.rate_too_high import check as rate_too_high
from trasluz.look.looks import exciting, feature_maps
from trasluz.messages import _, ngettext
from trasluz.numerals import integer, percent, significant

_FEWEST = 100  # images: with none of n alive, at most 3 / n are (95 %, Hanley and Lippman-Hand 1983)
# Of a layer's channels: up to a seventh are dead from birth in healthy layers of ReLU, a quarter narrows the layer.
_SOME, _MANY = 0.15, 0.25


@dataclass(frozen=True)
class _Layer:
    name: str
    dead: int
    channels: int
    examined: int


def check(evidence: Evidence) -> Finding | None:
    """The layer with the largest share of dead channels, of those whose channels were looked at."""
    layers = [layer for layer in _layers(evidence) if layer.examined >= _FEWEST and layer.dead]
    if not layers:
        return None
    worst = max(layers, key=lambda layer: (layer.dead / layer.channels, layer.examined))
    share = worst.dead / worst.channels
    if share < _SOME:
        return None
    rate = evidence.train.optimiser.learning_rate
    seen = ngettext(
        "In {layer} {dead} of {channels} channels is zero everywhere in all {n} images looked at ({share}).",
        "In {layer} {dead} of {channels} channels are zero everywhere in all {n} images looked at ({share}).",
        worst.dead,
    )
    return Finding(
        severity="warn" if share >= _MANY else "note",
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
        advice=_(
            "Lower the learning rate of {rate} to a third, or warm it up; normalise before the activation, or use one "
            "that is not flat, such as leaky ReLU."
        ).format(rate=significant(rate)),
        numbers={"dead": float(worst.dead), "channels": float(worst.channels), "share": share},
        settings=(train_setting(evidence, "optimiser.learning_rate", f"{rate / 3:.2g}"),),
        refuted_by=_("one of these channels is above zero for any image of the kind that it was trained on."),
        cause="" if rate_too_high(evidence) is None else "learned little",
    )


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
    maps, best = evidence.looks.get("feature-maps"), evidence.looks.get("exciting")
    if isinstance(maps, feature_maps.FeatureMapsResult):
        for name in (name for name in _computed(evidence, maps.layers) if name in maps.dead and maps.shapes.get(name)):
            found[name] = _Layer(name, len(maps.dead[name]), maps.shapes[name][0], maps.examined)
    if isinstance(best, exciting.ExcitingResult):
        channels = best.shape[-1] if len(best.shape) == 2 else best.shape[0]
        known = found.get(best.layer)
        if known is None or known.examined < best.examined:
            found[best.layer] = _Layer(best.layer, len(best.dead), channels, best.examined)
    return list(found.values())
