"""L4: the model registry, evaluation and comparison."""
