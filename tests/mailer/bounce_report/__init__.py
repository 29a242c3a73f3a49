"""What the mailer reads out of bounces and answers."""
