"""Cover: insurance of lenders, its premium, the events it insures, and claims."""
