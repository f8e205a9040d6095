"""How good a model is: pure functions from arrays and summed statistics to numbers; no files, no drawing."""
