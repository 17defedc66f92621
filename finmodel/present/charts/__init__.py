"""Pictures of a deal, of its public money, and of its risk."""
