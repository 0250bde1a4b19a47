"""Benchmarks of circle: against its peers, at the size of a district, and by size."""
