"""Own clauses: what a user's module adds to a deal, and how its mistakes are told."""
