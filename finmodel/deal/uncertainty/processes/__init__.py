"""Processes: a file for each kind, with its keys and what it needs; `process.py` puts them together.

A kind whose months are independent but for a return to the level is drawn by `finmodel.risk.draws.processes`, which has
one formula for all of them: a number that a kind has not is 0 there.
"""
