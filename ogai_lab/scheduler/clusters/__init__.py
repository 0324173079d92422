"""The clusters that are known: what each has, whether one may use it, what it offers."""
