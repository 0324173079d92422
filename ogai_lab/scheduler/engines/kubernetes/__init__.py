"""The Kubernetes engine: jobs as JobSets that Kueue admits."""
