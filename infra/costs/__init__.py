"""What an answer, a deposit and an alert cost on AWS."""
