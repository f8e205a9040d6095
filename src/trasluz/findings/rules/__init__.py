"""The rules, found by file name: ``check(evidence) -> Finding | None`` in each; see ``findings/base.py``."""

OFFERS = ("check",)
