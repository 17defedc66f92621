"""Lines: units, timeline, operators, expressions, models, their faces, solving and returns; knows nothing of deals."""
