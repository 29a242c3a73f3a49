"""The figures of the mail engine, a benchmark a file."""
