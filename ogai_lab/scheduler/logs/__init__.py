"""What a job says: read in parts, from its end, as it comes; filtered, searched, found by time."""
