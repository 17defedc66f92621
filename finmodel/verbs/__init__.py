"""The verbs of the command, a file for each kind of work; above the roof, so they may use everything."""
