"""Simulation: many paths of a deal, in blocks, over processes and machines, with resume and statistics."""
