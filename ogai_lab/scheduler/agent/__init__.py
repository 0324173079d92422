"""The agent: one process a node that starts a job's ranks, carries what they say, and ends them.

Shipped as a zipapp to wherever the ranks run: standard library and `ogai_lab.core.records` alone,
Python >= 3.9. Node 0's agent is also the head, which decides. Read in this order: `main` (what
runs), `head` (decisions), `node` (ranks of one node), `warm` (forked ranks), `program` (what a
rank runs), `sink` (where records go).
"""
