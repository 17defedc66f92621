"""Public support: price support, the budgets that pay it, subsidies, and who stands behind it."""
