"""Learning-rate schedules, chosen by name in a recipe: one per file; nothing lists them.

A part has ``Config(ScheduleSection)`` with its own fields and ``factor(config, epoch, epochs) -> float``, a pure
function of progress, so that there is no state to lose.
"""

# ``factor`` bears no module's name: with warm-up, the one of the part that a recipe names.
from trasluz.training.schedules.base import factor

__all__ = ["factor"]

OFFERS = ("Config", "factor")
