"""Encoders: images ``[n, c, h, w]`` to a code, spatial ``[n, k, h', w']`` or flat ``[n, k]``.

A part has ``Config`` and ``build(config, shape)`` with ``shape = (channels, height, width)``.
"""

OFFERS = ("Config", "build")
