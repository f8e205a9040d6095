"""The sections of a report, one file each, found by looking into this folder."""

OFFERS = ("ORDER", "applies", "answer", "render")
