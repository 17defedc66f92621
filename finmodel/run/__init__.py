"""A case is built, sized and evaluated; what comes out is a `Results`."""
