"""Lines become numbers: order, generated code, the interpreter that checks it, solving, results."""
