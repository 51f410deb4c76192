"""The library: the service, the price, the household. Knows nothing of Home Assistant."""
