"""The rules about whole studies, found by file name: ``check(evidence) -> Finding | None``; see
``findings/study_rules.py``."""

OFFERS = ("check",)
