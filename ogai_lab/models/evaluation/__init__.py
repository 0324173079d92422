"""Evaluation: bits per byte of held-out documents, measured by a job.

A model that knows a text well needs few bits for it. Bits are counted over whole documents and
divided by their UTF-8 bytes, so models with different tokenizers can be compared: the text is the
same, whatever the tokens are.
"""
