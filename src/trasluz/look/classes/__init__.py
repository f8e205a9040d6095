"""Classes and labels: linear probes, which classes are confused, which labels are likely wrong."""
