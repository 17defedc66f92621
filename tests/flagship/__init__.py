"""The flagship as a whole: faces, random prices, promises of the public face."""
