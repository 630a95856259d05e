"""Why LangFuse gets nothing, or why it is slow: what `manage.py doctor` looks at, a file a subject."""
