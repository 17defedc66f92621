"""Loans: one facility after another, its rate, currency, schedule, and refinancing."""
