"""The corpora: sources, stages, the policy that drops, and the shards that training reads."""
