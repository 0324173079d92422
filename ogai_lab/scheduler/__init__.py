"""Jobs: submitted, placed on nodes, run by an engine, followed and explained."""
