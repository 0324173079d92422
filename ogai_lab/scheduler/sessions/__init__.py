"""Sessions: jobs that keep a Jupyter kernel."""
