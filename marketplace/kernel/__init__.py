"""Money, errors, time and transactions. No models; imports nothing of ours."""
