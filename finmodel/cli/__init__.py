"""The command `finmodel`, a file for each kind of verb."""
