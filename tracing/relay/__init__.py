"""From the outbox to LangFuse: send, read back, send again what is absent, until LangFuse shows it.

Entries are claimed by a short lease and sent outside any transaction, so that several relays may work at once, one
that is killed loses nothing, and a LangFuse that hangs holds no lock. What is sent twice is the same bytes, which
LangFuse merges. A LangFuse that cannot be used is left alone by all relays together (`Breaker`).
"""

from tracing.relay.backfilling import backfill
from tracing.relay.rounds import Relay

__all__ = ["Relay", "backfill"]
