"""Choosing a recipe for data: what they are, which candidates fit them, and how many epochs a time allows.

``choose.py`` puts it together: ``look.py`` finds the ``Facts`` without decoding an image, every file of
``candidates/`` says whether it fits and writes its recipe, ``pace.py`` measures how fast this machine trains it, and
``budget.py`` makes epochs out of minutes.  What comes out is an ordinary recipe.
"""
