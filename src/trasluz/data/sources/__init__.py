"""Where data come from: one source per file, found by scanning this package.

A source is a module that either has ``open_named(section, reporter)``, for recipes that give the name of its file,
or ``claims(path)`` and ``open_path(path, section, reporter)``.  Both give ``Raw`` arrays or ``ImageFiles``.  At most
one claims a path.
"""

OFFERS = ("open_named or open_path",)
