"""The drawings of looks, one file per look, named like it; ``trasluz.draw.looking`` tells what such a file offers."""

OFFERS = ("QUESTION", "ORDER", "draw")
