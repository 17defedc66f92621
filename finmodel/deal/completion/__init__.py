"""Completion: a delay, what it costs and who pays for it, and the test that ends the builders' risk."""
