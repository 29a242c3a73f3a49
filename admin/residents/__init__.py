"""Pages about those who get the mail: subscribers, places, errors, mails that came in."""
