"""Starting a phase from weights that were trained elsewhere, matched by name and shape after ``map``.

Weights of a library or a file are those of one network; they are looked for in that network of the family that most
of them fit.  A first convolution for images of another number of channels is adapted: one channel sees the sum of
the kernels (a grey image gives just what it gave in colours), others see them in turns, scaled to the same sum.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from trasluz.data.feed.preprocess import Preprocess
from trasluz.errors import RecipeError, nearest
from trasluz.messages import _
from trasluz.recipe import PhaseSection
from trasluz.reporting import Reporter
from trasluz.training.weights.base import Weights, read_weights

_SHOWN = 3
_IMAGE_CHANNELS = (1, 3, 4)


@dataclass(frozen=True)
class Start:
    """What a phase starts from: kept in ``run.json``, and said once.

    ``loaded`` counts the network's tensors that were found, ``adapted`` names the kernels among them that were made
    for other channels, ``fresh`` names those that were not found, ``left`` counts the source's that found no place.
    ``preprocess`` is what the source's network was shown, where that is known.
    """

    phase: str
    source: str
    loaded: int
    adapted: tuple[str, ...]
    fresh: tuple[str, ...]
    left: int
    preprocess: Preprocess | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for ``run.json``."""
        plain = {"phase": self.phase, "source": self.source, "loaded": self.loaded, "left": self.left}
        names = {"adapted": list(self.adapted), "fresh": len(self.fresh), "fresh_names": list(self.fresh[:20])}
        shown = None
        if self.preprocess is not None:
            shown = self.preprocess.model_dump(mode="json", include={"size", "channels", "mean", "std", "scale"})
        return {**plain, **names, "was_shown": shown}

    @property
    def run_folder(self) -> Path | None:
        """The folder of the run that the weights are from; ``None`` where they are from elsewhere."""
        return run_folder_of(self.source)

    @property
    def doubtful(self) -> bool:
        """Whether less than half of either network's weights have found their place in the other."""
        return self.loaded < len(self.fresh) and self.loaded < self.left

    def sentence(self) -> str:
        """One sentence for people."""
        message = _("Phase {phase}: {loaded} of {all} weights come from {source}; new: {fresh}.")
        some = ", ".join(self.fresh[:_SHOWN]) + (", …" if len(self.fresh) > _SHOWN else "")
        whole = self.loaded + len(self.fresh)
        told = message.format(
            phase=self.phase, loaded=self.loaded, all=whole, source=self.source, fresh=some or _("none")
        )
        if not self.doubtful:
            return told
        return (
            told
            + " "
            + _("{left} of its own were left: is it the right network, and does phases.map fit?").format(left=self.left)
        )


def run_folder_of(source: str) -> Path | None:
    """The folder of the run that weights from ``source`` are of; ``None`` where they are from elsewhere."""
    path = Path(source.removeprefix("run:")).expanduser()
    return path if (path / "run.json").is_file() else None


def starting_weights(
    networks: nn.ModuleDict,
    phase: PhaseSection,
    reporter: Reporter = Reporter(),  # noqa: B008 - without state
) -> tuple[dict[str, Tensor], Start] | None:
    """All weights that ``networks`` have when ``phase`` starts; ``None`` when it goes on with those they have.

    Raises:
        RecipeError: the weights cannot be read, a pattern of ``map`` fits none of them, two of them get one name, or
            none fits ``networks``.
    """
    if phase.weights_from is None:
        return None
    given = read_weights(phase.weights_from, reporter)
    own = networks.state_dict()
    renamed = rename(given, phase.map)
    fitting = _fitting(renamed, own)
    if given.bare:
        inside = [{f"{network}.{name}": value for name, value in renamed.items()} for network in networks]
        fitting = max([fitting, *(_fitting(candidate, own) for candidate in inside)], key=len)
    if not any(value.ndim for value in fitting.values()):  # counters of batch norms fit everywhere
        raise RecipeError(_nothing_fits(given.origin, renamed, own))
    adapted = tuple(name for name, value in fitting.items() if value.shape != own[name].shape)
    loaded = fitting | {name: adapt_channels(fitting[name], own[name].shape[1]) for name in adapted}
    fresh = tuple(name for name in own if name not in fitting)
    left = len(given.tensors) - len(fitting)
    shown = given.preprocess or (_shown_to(networks) if given.bare else None)
    start = Start(phase.name, given.origin, len(fitting), adapted, fresh, left, shown)
    return {**own, **loaded}, start


def _shown_to(networks: nn.ModuleDict) -> Preprocess | None:
    """What a network that a library made was made to be shown, as timm notes it on the network; ``None`` elsewhere."""
    noted = (getattr(network, "pretrained_cfg", None) for network in networks.values())
    cfg: Mapping[str, Any] | None = next((one for one in noted if one), None)
    if cfg is None:
        return None
    channels, height, width = cfg["input_size"]
    return Preprocess(size=(height, width), channels=channels, mean=tuple(cfg["mean"]), std=tuple(cfg["std"]))


def adapt_channels(kernel: Tensor, channels: int) -> Tensor:
    """A kernel ``[out, in, h, w]`` for images of ``channels``: their sum for one, else in turns, scaled to that sum."""
    given = kernel.shape[1]
    if channels == 1:
        return kernel.sum(1, keepdim=True)
    turns = [i % given for i in range(channels)]
    return kernel[:, turns] * (given / channels)


def as_pretrained(preprocess: Preprocess, starts: Iterable[Start]) -> Preprocess:
    """``preprocess`` with the mean, standard deviation and scale that the first pretrained network was shown.

    For images of one channel these are the means over that network's channels.

    Raises:
        RecipeError: no phase starts from weights of which that is known, or its channels are not the images'.
    """
    shown = next((start.preprocess for start in starts if start.preprocess is not None), None)
    if shown is None:
        message = _(
            "data.normalise: pretrained needs a phase that starts from a run, timm:NAME, torchvision:NAME, or a file "
            "of one of their networks; choose unit, standard, raw or imagenet."
        )
        raise RecipeError(message)
    mean, std = shown.mean, shown.std
    if preprocess.channels == 1 and mean:
        mean, std = (sum(mean) / len(mean),), (sum(std) / len(std),)
    if mean and len(mean) != preprocess.channels:
        message = _("data.normalise: the pretrained network saw {given} channels; set data.channels={given} (or 1).")
        raise RecipeError(message.format(given=len(mean)))
    return preprocess.model_copy(update={"mean": mean, "std": std, "scale": shown.scale})


def rename(given: Weights, rules: Mapping[str, str | None]) -> dict[str, Tensor]:
    """The weights under the names that ``rules`` give them, without those that are left behind.

    Raises:
        RecipeError: a pattern fits no name, or two weights get the same.
    """
    patterns = {pattern: _expression(pattern) for pattern in rules}
    for pattern, expression in patterns.items():
        if not any(expression.fullmatch(name) for name in given.tensors):
            guess = nearest(pattern, given.tensors) or next(iter(given.tensors), "")
            message = _("phases.map: {pattern!r} fits no weight of {source}; a name there is for example {guess}.")
            raise RecipeError(message.format(pattern=pattern, source=given.origin, guess=guess))
    origins: dict[str, str] = {}
    for name in given.tensors:
        new = _renamed(name, rules, patterns)
        if new in origins:
            message = _("phases.map: {first} and {second} of {source} both become {name}; rename only one of them.")
            raise RecipeError(message.format(first=origins[new], second=name, source=given.origin, name=new))
        if new is not None:
            origins[new] = name
    return {new: given.tensors[name] for new, name in origins.items()}


def _fitting(given: Mapping[str, Tensor], own: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Those of ``given`` that have a place in ``own``: the same name and shape but for an image's channels."""
    return {name: value for name, value in given.items() if name in own and _fits(value.shape, own[name].shape)}


def _fits(given: Sequence[int], own: Sequence[int]) -> bool:
    if tuple(given) == tuple(own):
        return True
    if len(given) != 4 or len(own) != 4 or (given[0], *given[2:]) != (own[0], *own[2:]):
        return False
    return given[1] in _IMAGE_CHANNELS and own[1] in _IMAGE_CHANNELS


def _renamed(name: str, rules: Mapping[str, str | None], patterns: Mapping[str, re.Pattern[str]]) -> str | None:
    for pattern, expression in patterns.items():
        met = expression.fullmatch(name)
        if met is None:
            continue
        target = rules[pattern]
        if target is None:
            return None
        parts = iter(met.groups())
        return "".join(next(parts) if piece == "*" else piece for piece in re.split(r"(\*)", target))
    return name


def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile("(.*)".join(map(re.escape, pattern.split("*"))))


def _nothing_fits(source: str, given: Mapping[str, Tensor], own: Mapping[str, Tensor]) -> str:
    """The sentence for weights of another network: the nearest names of both, with their shapes."""
    message = _(
        "phases.from: none of the weights of {source} fits this network by name and shape: it wants {own}, and the "
        "nearest there is {given}; rename them with phases.map."
    )
    wanted = next((name for name in own if nearest(name, given)), next(iter(own)))
    found = nearest(wanted, given) or next(iter(given), "")
    return message.format(source=source, own=_described(wanted, own), given=_described(found, given))


def _described(name: str, tensors: Mapping[str, Tensor]) -> str:
    return f"{name} {list(tensors[name].shape)}" if name in tensors else _("nothing")
