"""Who may enter the console, by what, and what becomes of them."""
