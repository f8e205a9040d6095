"""The commands, one per file, found by file name: adding a command is adding its file.

A file has a sentence ``HELP`` and either a function ``command`` or, for a group of commands, a ``typer.Typer``
called ``group``.  Whatever is slow to import is imported inside the function, so that ``--help`` stays quick.
"""

OFFERS = ("HELP", "command or group")
