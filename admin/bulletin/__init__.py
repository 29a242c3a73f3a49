"""The pages of a bulletin that is written: approved, watched, told of; and the first page."""
