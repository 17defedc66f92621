"""Rates of return and present values of flows."""
