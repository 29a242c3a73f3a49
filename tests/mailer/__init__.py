"""Tests of the mailer package."""
