"""The words of the house: errors, units, timeline, expressions, operators, models."""
