"""The six services of Atelier; each owns its data and shares none of it."""
