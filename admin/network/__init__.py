"""Pages about the liaisons: the register, voices, meetings, papers, materials."""
