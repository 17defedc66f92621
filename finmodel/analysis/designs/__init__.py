"""Designs of price support, each sized to the same outcome, and what they cost."""
