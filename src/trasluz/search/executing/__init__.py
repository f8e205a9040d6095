"""How the cells of a study are trained: those that stack as one population, the rest by a pool of processes.

    for done in execute(pieces, data, reporter):
        ...  # done.index, done.outcome, done.how

``grouping.py`` says which pieces can train as one, ``choice.py`` measures whether that pays, ``pool.py`` has the
processes, ``keeping.py`` writes many small runs cheaply.
"""

from trasluz.search.executing.execute import execute
from trasluz.search.executing.piece import Done, How, Piece

__all__ = ["Done", "How", "Piece", "execute"]
