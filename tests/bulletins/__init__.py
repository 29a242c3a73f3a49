"""What is sent: tests of notices, wording, checks, approval, publishing."""
