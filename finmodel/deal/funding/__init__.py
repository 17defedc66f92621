"""Funding of construction: sources and uses, bridge loans, overruns."""
