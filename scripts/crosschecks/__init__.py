"""Winnow beside other people's implementations, on problems drawn at random."""
