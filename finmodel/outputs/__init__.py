"""Numbers become pages: files, the machine contract, tables, explanations, and the term sheet in a terminal."""
