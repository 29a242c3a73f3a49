"""What staff do with a bulletin, the same for pages and the API, and its words."""
