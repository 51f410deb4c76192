"""Usage and cost in the long-term statistics of Home Assistant's recorder, which are the only store of history."""
