"""Whether LangFuse shows now what was delivered to it."""
