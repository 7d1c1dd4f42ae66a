"""Kill, cut off, duplicate, reorder, restart; then check what was promised."""
