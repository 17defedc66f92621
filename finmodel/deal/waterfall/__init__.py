"""Waterfall: what cash pays in which order, cover ratios, and the tests of lenders."""
