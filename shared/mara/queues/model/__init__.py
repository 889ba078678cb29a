"""Dead letters, queues and schedules as an operator sees them."""
