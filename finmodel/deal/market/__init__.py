"""Market: price indices, inflation and exchange rates."""
