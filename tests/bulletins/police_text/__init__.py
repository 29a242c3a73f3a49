"""What the police write, read into fields."""
