"""The case floor: a folder of text files becomes checked inputs with a unit, a place and a source."""
