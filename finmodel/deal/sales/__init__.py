"""Sales: offtake contracts, take-or-pay, make-up, and the spot market."""
