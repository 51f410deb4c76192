"""Ways to sign in, and the token that comes of it."""
