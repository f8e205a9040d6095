"""Where a phase's ``from`` leads: one file per kind of source, named as its prefix (``timm:resnet18``, ``file:a.pth``).

A source has ``read(name, reporter) -> Weights``.  What has no prefix is a run.
"""

OFFERS = ("read",)
