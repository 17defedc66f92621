"""Own clauses: what a user's Python file or an installed package adds to a deal."""
