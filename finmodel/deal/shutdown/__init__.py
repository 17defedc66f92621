"""Shut-down: when output stops for want of a margin, what runs on, and when it starts again."""
