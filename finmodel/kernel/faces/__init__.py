"""The faces of a line: Python over one case or many paths, compiled, Excel, and the interpreter that checks them."""
