"""The attacks, one kind per file; nothing lists them.

A part is a module with

    TITLE                      what is attacked, as the heading of its table
    attempts(seed, count, folder) -> Iterator[Attempt]
                               about ``count`` attempts, drawn with ``seed``, below the empty ``folder``
    COUNT                      how many attempts ``make attack`` asks for
"""
