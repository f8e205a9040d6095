"""Families: what is trained, one per file, over one small base."""

OFFERS = ("Family",)
