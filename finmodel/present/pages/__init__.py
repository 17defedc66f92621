"""The pages of the terminal and of the report, one file each."""
