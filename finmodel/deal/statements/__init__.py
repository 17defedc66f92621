"""Statements: income, cash and balance of the group and of each company, parties, and checks."""
