"""Decoders: a code to the logits of an image ``[n, c, h, w]``; a sigmoid makes pixels in [0, 1] of them.

A part has ``Config`` and ``build(config, code, shape)`` with the code's shape without the batch axis, ``(k,)`` or
``(k, h', w')``, and ``shape = (channels, height, width)`` of the image.
"""

OFFERS = ("Config", "build")
