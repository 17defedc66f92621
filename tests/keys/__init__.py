"""Keys of a case: which are used, and that it makes no difference whether a default was typed."""
