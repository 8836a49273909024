"""What happens when something is saved, sent or finished: every rule that touches two tables."""
