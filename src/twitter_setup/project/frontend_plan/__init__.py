"""What a plan changes in a front end, and what it leaves to a person."""
