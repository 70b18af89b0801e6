"""Benchmarks: our side and its floor, interleaved, in a scratch database. `make bench [SCALE=10m]`; see docs/benchmarks.md."""
