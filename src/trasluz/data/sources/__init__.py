"""Where data come from: one source per file, found by scanning this package.

A source is a module that either has a ``NAME`` and ``open_named(section, reporter)``, or ``claims(path)`` and
``open_path(path, section, reporter)``.  Both give ``Raw`` arrays or ``ImageFiles``.  At most one claims a path.
"""
