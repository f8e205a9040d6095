"""What may be chosen for data: one file per candidate, found by its name; nothing lists them.

A candidate says what it fits, how much it is preferred, why in a sentence, and writes its recipe over a built-in one
(``base.py`` tells the whole contract).
"""

OFFERS = ("Candidate",)
