"""The mechanical audit of a workbook: rules that a program can check, on any workbook, ours or another's.

shapes, graph     what a formula reads, and who reads whom
lines             which rows are lines over periods
cells, rows, …    the rules, a function each: a view of the workbook in, findings out
waivers           what a person decided to accept, with a reason
auditing          all of it together
"""
