"""The live workbook: every line of a deal as formulas, from the same definitions that gave its numbers.

How one is made, file by file:

book          what goes in: the model, its inputs, the cases of the live switch
layout        which sheet and row each line and each input has; sheets.py is the table of sheets
references    what a formula writes when it reads one of them
pages         every sheet, one small module each: a function that fills a page from the book
cells, theme  a page in memory: contents and named styles
frame, pack   pages become a file; recalculate lets another engine compute it
certificate   the file against the model, line by line, before anybody gets it
"""
