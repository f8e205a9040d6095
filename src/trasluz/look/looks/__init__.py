"""The looks, one per file; ``trasluz.look.base`` tells what such a file offers."""

OFFERS = ("HELP", "DEFAULT", "Config", "RESULT", "refusal", "compute")
