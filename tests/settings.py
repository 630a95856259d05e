"""The project's settings as tests need them: quick password hashing, no secrets of the environment."""

from shopassist.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMBEDDED_WORKER = False
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
LANGFUSE_ENABLED = False
LANGSMITH_ENABLED = False
LLM_BACKEND = "embedded"
EMBEDDING_MODEL = "none"
