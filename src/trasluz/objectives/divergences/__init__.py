"""Divergences: how far the codes are from the standard normal prior. Chosen by name in a recipe, one per file.

A part has ``Config`` and three functions of it: ``term`` (what is minimised, 0-d), ``weight`` (its weight at a share
of training) and ``watched`` (numbers that say whether it works).  Nothing lists them.
"""

from trasluz.objectives.divergences._choose import Divergence, build_divergence
from trasluz.objectives.divergences._codes import Codes

__all__ = ["Codes", "Divergence", "build_divergence"]

OFFERS = ("Config", "term", "weight", "watched")
