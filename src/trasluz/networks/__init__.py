"""Networks: plain ``nn.Module``s that know nothing of losses, optimisers or files.

``encoders``, ``decoders`` and ``classifiers`` hold interchangeable parts, one per file, each with a ``Config`` and a
``build``; ``choose`` builds the part that a recipe names, or a network of the user's own.  The other files are
what the parts are made of.
"""
