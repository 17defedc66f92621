"""A workbook that came from outside: passed through a gate, then read without ever being saved or computed."""
