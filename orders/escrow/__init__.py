"""Money held for contracts: deals, holds, fees, and the books of both parties."""
