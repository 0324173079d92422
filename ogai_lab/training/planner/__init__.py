"""How a recipe is spread over machines."""
