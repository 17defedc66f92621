"""Owners: classes of equity, their loans, exits, and returns."""
