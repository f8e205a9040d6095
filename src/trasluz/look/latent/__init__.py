"""Codes: how they are had and decoded, paths between them, priors over them, how far apart classes lie."""
