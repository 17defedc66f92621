"""How support is spent and where it ends, computed from results alone."""
