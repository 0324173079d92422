"""The passes, by name. Each adds columns that only the whole corpus can tell; none drops."""
