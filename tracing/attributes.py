"""The names under which LangFuse looks for what a span says.

From https://langfuse.com/docs/opentelemetry/get-started ("Property mapping"); the SDK's own list is
`langfuse._client.attributes`, which the conformance test compares with.
"""

# Of the trace; LangFuse inherits nothing, so every span carries them.
TRACE_NAME = "langfuse.trace.name"
TRACE_TAGS = "langfuse.trace.tags"
TRACE_METADATA = "langfuse.trace.metadata"  # + "." + key
USER_ID = "user.id"
SESSION_ID = "session.id"
ENVIRONMENT = "langfuse.environment"
RELEASE = "langfuse.release"
IS_APP_ROOT = "langfuse.internal.is_app_root"

# Of the observation
TYPE = "langfuse.observation.type"
LEVEL = "langfuse.observation.level"
STATUS_MESSAGE = "langfuse.observation.status_message"
INPUT = "langfuse.observation.input"
OUTPUT = "langfuse.observation.output"
METADATA = "langfuse.observation.metadata"  # + "." + key
MODEL = "langfuse.observation.model.name"
MODEL_PARAMETERS = "langfuse.observation.model.parameters"
USAGE_DETAILS = "langfuse.observation.usage_details"
COST_DETAILS = "langfuse.observation.cost_details"
PROMPT_NAME = "langfuse.observation.prompt.name"
PROMPT_VERSION = "langfuse.observation.prompt.version"

# LangFuse repeats the attributes of every other instrumentation scope in the metadata.
SCOPE = "langfuse-sdk"
