"""The listening socket. The supervisor owns it, so no other program can take the port while web restarts."""

import errno
import socket

HOST = "127.0.0.1"
TRIES = 100


def listen(preferred: int) -> tuple[socket.socket, int]:
    """Listen on ``preferred`` or the next free port; return the socket and the port.

    Raises ``OSError`` when none of the next hundred ports is free.
    """
    for port in range(preferred, min(preferred + TRIES, 65536)):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            # Listening at once: two sockets with SO_REUSEADDR may both be bound, but not both listen.
            listener.listen(128)
        except OSError as error:
            listener.close()
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise
            continue
        listener.set_inheritable(True)
        return listener, listener.getsockname()[1]
    raise OSError(errno.EADDRINUSE, f"no free port from {preferred} on")
