"""What is sent: notice templates, drafting, checks, approval, publishing, progress, archive."""
