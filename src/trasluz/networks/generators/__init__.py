"""Generators: from latents ``[n, k]``, and class shares ``[n, classes]`` where asked for, to raw images.

One per file, with a ``Config`` and ``build(config, latent, shape, classes)``; the family maps what they give to [0, 1].
"""

OFFERS = ("Config", "build")
