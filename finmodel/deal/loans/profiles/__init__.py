"""Profiles of repayment: a file for each, with its keys, their meanings, and the share that falls due at each date.

To add one: write its file, and name it in `ALL` of `every.py` and in the choices of `facility.<name>.profile`.
"""
