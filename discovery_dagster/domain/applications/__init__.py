"""Applications: what they are called, what belongs to them, and what passes between them."""
