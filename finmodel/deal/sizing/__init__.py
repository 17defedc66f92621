"""Sizing: how much senior debt, by its limits, on which schedule."""
