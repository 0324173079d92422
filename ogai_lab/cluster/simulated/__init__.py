"""A simulated rack, for dashboards, tours and tests at a size that nobody has on the desk."""
