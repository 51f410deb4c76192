"""Three clocks: account (12 h), readings (30 min), prices (wall clock)."""
