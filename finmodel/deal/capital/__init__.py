"""Capital: construction cost, grants for it, completion, closure."""
