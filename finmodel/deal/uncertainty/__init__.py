"""Uncertainty: the keys of [risk], and the values that they may draw."""
