"""Tax: of each company, its losses and pools, credits, and withholding."""
