"""Capital: construction cost, grants for it and what is clawed back of them, and closure."""
