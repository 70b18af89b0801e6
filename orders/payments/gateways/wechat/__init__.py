"""WeChat Pay v3, Native: a code to scan, refunds, encrypted callbacks."""
