"""One home: its use, its cost, and the prices that it meets."""
