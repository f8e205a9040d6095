"""Capabilities: what a trained family can be asked to do, each with a name and the methods that answer.

    if subject.can("encode"):                              # by name, as recipes, looks and refusals say it
        codes = subject.ask(Encodes).encode(networks, inputs)       # and from here on with types

A family lists the names in ``capabilities`` and has the methods; it need not inherit from these protocols, nor does one
of another package.  Beyond what stands here a family may take more: those for sequences a third argument ``lengths``
int64 ``[n]`` of ``encode``, ``reconstruct``, ``logits`` and ``classify``; one with ``classes`` a third argument
``labels`` int64 ``[n]`` of ``decode`` and ``discriminate``.

``networks`` are the family's own, in evaluation mode; ``inputs`` float32 ``[n, c, h, w]`` (tables ``[n, features]``,
sequences ``[n, steps, features]``) as ``data.preprocess`` prepares them; images come back in [0, 1], other samples as
the network sees them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar, cast

from torch import Tensor, nn

from trasluz.data.feed.batch import Batch
from trasluz.families.base import BaseFamily
from trasluz.messages import N_, _
from trasluz.rng import StepRng

P = TypeVar("P")


@dataclass(frozen=True)
class Named:
    """A capability's name, and the verb by which a person asks for it, where there is one."""

    name: str
    verb: str | None = None


_declared: dict[type, Named] = {}


def capability(name: str, *, verb: str | None = None) -> Callable[[type[P]], type[P]]:
    """Declares the protocol below it to be the capability ``name``, which people ask for by ``verb``."""

    def declare(protocol: type[P]) -> type[P]:
        _declared[protocol] = Named(name, verb)
        return protocol

    return declare


def verbs(capabilities: frozenset[str]) -> tuple[str, ...]:
    """What a person can ask of a run whose model has these capabilities, by the names of the verbs, sorted."""
    return tuple(sorted(named.verb for named in _declared.values() if named.verb and named.name in capabilities))


_IN_SENTENCES = {
    "encode": N_("encode"),
    "decode": N_("decode"),
    "reconstruct": N_("reconstruct"),
    "generate": N_("generate"),
    "translate": N_("translate"),
    "classify": N_("classify"),
    "predict": N_("predict"),
}


def spoken(name: str) -> str:
    """A capability or a verb as a sentence has it, in the language in force; one that is no verb as it is called."""
    return _(_IN_SENTENCES[name]) if name in _IN_SENTENCES else name


def name_of(protocol: type) -> str:
    """The name of the capability that ``protocol`` is, as families list it."""
    return _declared[protocol].name


def ask(family: BaseFamily, protocol: type[P]) -> P:
    """``family``, of which is known from here on that it has the methods of ``protocol``.

    Raises:
        AssertionError: the family does not list this capability: whoever asks looks first, and refuses in words.
    """
    name = name_of(protocol)
    assert name in family.capabilities, f"{type(family).__name__} cannot {name}: {sorted(family.capabilities)}"
    return cast(P, family)


@capability("encode", verb="encode")
class Encodes(Protocol):
    """Gives codes of samples."""

    def encode(self, networks: nn.ModuleDict, inputs: Tensor, /) -> Tensor:
        """The code of each sample (of a distribution its mean), flat: float32 ``[n, k]``."""


@capability("posterior")
class HasPosterior(Protocol):
    """Its codes are Gaussians."""

    def posterior(self, networks: nn.ModuleDict, inputs: Tensor, /) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of each sample's code, float32 ``[n, k]`` each."""


@capability("prior")
class HasPrior(Protocol):
    """Its codes can be drawn without a sample."""

    def prior(self, networks: nn.ModuleDict, count: int, rng: StepRng, /) -> Tensor:
        """Codes float32 ``[count, k]`` from the prior; ``rng`` holds ``count`` positions."""


@capability("decode", verb="decode")
class Decodes(Protocol):
    """Makes samples of codes."""

    def decode(self, networks: nn.ModuleDict, codes: Tensor, /) -> Tensor:
        """Float32 samples from flat codes ``[n, k]``."""


@capability("reconstruct", verb="reconstruct")
class Reconstructs(Protocol):
    """Rebuilds samples."""

    def reconstruct(self, networks: nn.ModuleDict, inputs: Tensor, /) -> Tensor:
        """What is rebuilt of each sample, float32 of the shape of ``inputs``."""


@capability("generate", verb="generate")
class Generates(Protocol):
    """Makes images of nothing but chance."""

    def generate(self, networks: nn.ModuleDict, count: int, rng: StepRng, labels: Tensor | None = None, /) -> Tensor:
        """``count`` images float32 ``[count, c, h, w]``, of the classes ``labels`` int64 ``[count]`` where given.

        Raises:
            RequestError: labels, and a model that knows nothing of classes.
        """


@capability("translate", verb="translate")
class Translates(Protocol):
    """Moves images from one domain to another."""

    def translate(self, networks: nn.ModuleDict, inputs: Tensor, domain: int, /) -> Tensor:
        """Each image as one of ``domain``, a place in the data's domains: float32 of the shape of ``inputs``.

        Raises:
            RequestError: there is no such domain.
        """


@capability("logits")
class GivesLogits(Protocol):
    """Says what it thinks of each class before it decides."""

    def logits(self, networks: nn.ModuleDict, inputs: Tensor, /) -> Tensor:
        """Scores float32 ``[n, classes]`` of any size; their softmax (of several labels their sigmoid) is what the
        network says of the sample as it is."""


@capability("classify", verb="predict")
class Classifies(Protocol):
    """Says how likely each class is."""

    def classify(self, networks: nn.ModuleDict, inputs: Tensor, /) -> Tensor:
        """Probabilities float32 ``[n, classes]`` in [0, 1], which add up to 1 unless a sample has several labels."""


@capability("features")
class GivesFeatures(Protocol):
    """Gives what it decides by."""

    def features(self, networks: nn.ModuleDict, inputs: Tensor, /) -> Tensor:
        """What goes into the last layer, float32 ``[n, d]``.

        Raises:
            RequestError: the network has no such layer as a module.
        """


@capability("discriminate")
class Discriminates(Protocol):
    """Tells real images from made ones."""

    def discriminate(self, networks: nn.ModuleDict, images: Tensor, /) -> Tensor:
        """Scores float32 ``[n]``, above 0 for real, of ``images`` ``[n, c, h, w]`` in [0, 1], as they are made."""


@capability("evidence")
class BoundsEvidence(Protocol):
    """Draws from its posteriors can be weighed, which bounds the likelihood of the data (Burda et al. 2016, eq. 8)."""

    def need_evidence(self) -> None:
        """Makes sure that such bounds mean something.

        Raises:
            RequestError: the likelihood is no density or mass of what it observes.
        """

    def log_weights(self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, chunk: int, samples: int, /) -> Tensor:
        """log p(x, z) − log q(z | x) in nats for ``samples`` draws of each sample's code, float32 ``[samples, n]``.

        ``chunk`` numbers the draws: another chunk, other draws of the same posterior.
        """


@capability("layers")
class HasLayers(Protocol):
    """Its layers can be named and looked into."""

    def layers(self, networks: nn.ModuleDict, /) -> dict[str, tuple[int, ...]]:
        """Names of modules in order of computation, and the shape of what each gives of one sample."""


@dataclass(frozen=True)
class WeightPath:
    """What a perceptron's lines were after each update.

    ``weights`` float32 ``[k, units, features]`` and ``bias`` ``[k, units]``, in the units of what the network sees: a
    unit's line is w·x + b = 0.  ``epochs`` (from 0) and ``rows`` (of the data) int64 ``[k]`` say which sample caused
    the update.  ``total``: updates in all, of which the first k were kept.
    """

    weights: Tensor
    bias: Tensor
    epochs: Tensor
    rows: Tensor
    total: int


@capability("weight_path")
class RemembersWeights(Protocol):
    """Kept its weights after each of its first updates."""

    def weight_path(self, networks: nn.ModuleDict, /) -> WeightPath:
        """The lines after each of the first updates."""
