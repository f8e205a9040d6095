"""Whether a heat map can be believed: rivals, removed pixels, random networks, and the verdict."""
