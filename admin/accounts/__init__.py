"""Pages about staff: the door, one's own account, everybody's."""
