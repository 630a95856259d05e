"""Whether a port can be listened on: asked before anything slow happens."""

import errno
import socket
from contextlib import closing

from shopassist.refusal import Refusal


def check_port(host: str, port: int) -> None:
    """Raise Refusal with one sentence unless this process could listen there now."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with closing(socket.socket(family, kind, protocol)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except (OSError, OverflowError) as error:
        raise Refusal(_why_not(host, port, error)) from error


def _why_not(host: str, port: int, error: OSError | OverflowError) -> str:
    match getattr(error, "errno", None):
        case errno.EADDRINUSE:
            return (
                f"Port {port} of {host} is taken; stop what listens there, or choose another: PORT={port + 1} make run"
            )
        case errno.EACCES | errno.EPERM:
            return f"You may not listen on port {port}; choose one above 1023, such as PORT=8000."
        case errno.EADDRNOTAVAIL | socket.EAI_NONAME | socket.EAI_AGAIN | socket.EAI_NODATA:
            return f"HOST={host!r} is no address of this machine; for this machine alone it is 127.0.0.1."
    return f"HOST={host!r} and PORT={port} are nothing to listen on: {error}."
