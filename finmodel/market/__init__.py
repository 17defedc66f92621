"""Prices with a path axis: draws, processes, regimes and calibration."""
