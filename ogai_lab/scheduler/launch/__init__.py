"""What comes before a job: templates, what is free, and what submitting a spec would do."""
