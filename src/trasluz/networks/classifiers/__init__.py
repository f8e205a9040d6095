"""Classifiers: images ``[n, c, h, w]`` to scores ``[n, outputs]`` before softmax or sigmoid.

A part has ``Config`` and ``build(config, shape, outputs)`` with ``shape = (channels, height, width)``.
"""

OFFERS = ("Config", "build")
