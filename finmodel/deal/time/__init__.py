"""Time: the calendar of a deal, its phases, running totals and fiscal years."""
