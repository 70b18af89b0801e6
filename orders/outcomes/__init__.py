"""Contracts that name a measured result: the metric protocol, its clause, settlement."""
