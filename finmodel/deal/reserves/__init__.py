"""Reserves: for debt service, maintenance and rehabilitation."""
