"""The deal, a room for each clause of the term sheet. Modules declare lines and compute nothing.

Their records are never compared and never printed, so they have neither `==` nor `repr`: the methods that a dataclass
writes for each were a tenth of the time of a whole run.
"""
