"""Which likelihood a family's networks are judged by: one with parameters of its own lives among the networks."""

from __future__ import annotations

from torch import nn

from trasluz.messages import N_
from trasluz.metrics.described import Metric
from trasluz.objectives.likelihoods import Likelihood

METRICS = {"reconstruction": Metric(N_("Reconstruction"), "number", "lower")}

NAME = "likelihood"


def add_likelihood(networks: nn.ModuleDict, likelihood: Likelihood) -> None:
    """Puts ``likelihood`` among the networks where it has anything to learn or to keep."""
    if likelihood.state_dict():
        networks[NAME] = likelihood


def likelihood_of(networks: nn.ModuleDict, otherwise: Likelihood) -> Likelihood:
    """The networks' own likelihood, or ``otherwise`` where it has nothing to keep."""
    if NAME not in networks:
        return otherwise
    found = networks[NAME]
    assert isinstance(found, Likelihood)
    return found
