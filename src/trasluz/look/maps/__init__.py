"""Heat maps of class scores: which layers and classes, gradients and trials, and what channels contribute."""
