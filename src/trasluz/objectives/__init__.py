"""What training minimises: pure functions of tensors, one number per sample.

Every function sums over pixels, latent dimensions or labels and returns ``[n]``; the mean over samples, weights
of terms and the overall scale belong to the family.  A new objective is a new file here.
"""
