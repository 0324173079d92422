"""Loops over the bytes of Arrow text columns, compiled; no Python string is made."""
