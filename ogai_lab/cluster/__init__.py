"""The machines: what they have, what they do, and whether they are well."""
