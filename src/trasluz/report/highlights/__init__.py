"""The pictures of a report's first screen, one file each, found by looking into this folder."""

OFFERS = ("SLOT", "ORDER", "applies", "render")
