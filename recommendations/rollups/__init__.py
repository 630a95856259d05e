"""What is counted of a day's questions, answers and what came of them; tracing/rollups/ says when."""
