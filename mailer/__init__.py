"""How mail travels: letter, outbox, delivery hours, retry, pacing, courier, receiver, bounce report."""
