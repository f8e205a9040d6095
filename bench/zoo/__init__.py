"""The zoo: small trainings whose truth is known because it was made, and what the findings say of them.

    python -m bench.zoo [--only NAME|GROUP …] [--advice] [--runs DIR]

``groups/`` says how each specimen is made and which findings must, may and must not come; ``made.py`` makes data with
a known fault; ``keep.py`` trains and asks; ``advice.py`` follows what findings advise and measures again; ``page.py``
writes docs/findings.md from what is kept in docs/findings/.
"""
