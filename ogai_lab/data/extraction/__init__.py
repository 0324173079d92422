"""From the bytes of a web page to its text: how it is encoded, and what of it is content."""
