"""Costs of operation, and working capital."""
