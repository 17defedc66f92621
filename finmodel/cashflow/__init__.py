"""The deal, one module per clause of the term sheet. Modules declare lines and compute nothing."""
