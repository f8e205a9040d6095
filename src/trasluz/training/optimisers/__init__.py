"""Optimisers, chosen by name in a recipe: one per file; nothing lists them.

A part has ``Config(OptimiserSection)`` with its own fields and ``build(config, groups) -> torch.optim.Optimizer``; one
that can train a population as one has ``NUMBERS_OF_MEMBERS``, too (``base.py`` says what it promises).
Recipes read ``Config``, so that a part imports PyTorch only inside its functions; files that start with an underscore
are imported there too.  ``base.py`` makes the groups and tells what all share.
"""

from trasluz.training.optimisers.base import load_optimiser, make_optimiser, set_rate

__all__ = ["load_optimiser", "make_optimiser", "set_rate"]

OFFERS = ("Config", "build")
