"""The fault matrix: what every fault does to every document in every phase, by rule, and what a Home Assistant showed."""
