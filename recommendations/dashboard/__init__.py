"""What the dashboard shows of questions, answers and shoppers, from the rollups alone."""
