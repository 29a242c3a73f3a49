"""The whole loop, through real SMTP and HTTP."""
