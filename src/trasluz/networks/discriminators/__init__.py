"""Discriminators: from images in [−1, 1], and class shares ``[n, classes]`` where asked for, to one score ``[n, 1]``.

One per file, with a ``Config`` and ``build(config, shape, classes)``; a high score says real.
"""

OFFERS = ("Config", "build")
