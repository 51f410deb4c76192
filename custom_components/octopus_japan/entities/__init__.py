"""Tables of entity descriptions, a module for each family: a platform gathers them, and nothing here has behaviour."""
