"""The demo market: companies and services from `demo/market/`, told by the operations people use. Not for production."""
