"""The demo: a real Home Assistant signed in to the simulator, to look at or to check."""
