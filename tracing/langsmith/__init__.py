"""The traces that LangFuse gets, also for LangSmith, for a team that comes from there. Off unless asked."""
