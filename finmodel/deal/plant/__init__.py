"""Plant: the production chain, its stocks, and recycled content."""
