"""Likelihoods: what a reconstruction is judged by, chosen by name in a recipe. One per file; nothing lists them.

``base.py`` tells the contract.  ``build_likelihood`` makes the one that a recipe names.
"""

# The two functions bear their modules' names, or are used by many: named here, they stay in sight of the package.
from trasluz.objectives.likelihoods._choose import build_likelihood
from trasluz.objectives.likelihoods.base import Likelihood
from trasluz.objectives.likelihoods.bernoulli import bernoulli_cross_entropy
from trasluz.objectives.likelihoods.squared_error import squared_error

__all__ = ["Likelihood", "bernoulli_cross_entropy", "build_likelihood", "squared_error"]

OFFERS = ("Config", "Likelihood")
