"""What every layer stands on: it knows none of them."""
