"""Short-term finance: money against stock, and a line of credit."""
