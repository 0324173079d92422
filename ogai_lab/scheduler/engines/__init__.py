"""Engines: where jobs run, one folder each, behind the Protocol of `base`."""
