"""Assessment: what a run made of its documents, one document looked into, two runs compared."""
