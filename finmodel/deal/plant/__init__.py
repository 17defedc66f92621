"""Plant: the production chain, its stocks, recycled content, and a shut-down."""
