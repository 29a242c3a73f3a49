"""A line to an IMAP server that one can listen in on, cut and garble."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self


def never(_command: bytes) -> bool:
    return False


class ImapLine:
    """Passes everything on both ways, to `port` on loopback; clients go to `own_port`. `garble` changes what the server
    says; `is_cut` is asked before each command whether the line breaks there. While `is_deaf` commands go nowhere.
    What `answer` has to say to a command is said in the server's place, which does not hear of it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._door = socket.create_server(("127.0.0.1", 0))
        self.own_port: int = self._door.getsockname()[1]
        self.commands: list[bytes] = []
        self.garble: Callable[[bytes], bytes] = lambda answer: answer
        self.is_cut: Callable[[bytes], bool] = never
        self.is_deaf: Callable[[bytes], bool] = never
        self.answer: Callable[[bytes], bytes] = lambda _command: b""
        self._open: list[socket.socket] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._welcome, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._door.close()
        self.cut_all()

    def cut_all(self) -> None:
        for end in self._open:
            _cut(end)

    def say(self, words: bytes) -> None:
        """To the latest client, in the server's place."""
        self._open[-2].sendall(words)

    def said(self, word: bytes) -> int:
        """How many commands held it."""
        return sum(1 for command in self.commands if word in command)

    def _welcome(self) -> None:
        with suppress(OSError):
            while True:
                guest, _ = self._door.accept()
                server = socket.create_connection(("127.0.0.1", self._port))
                self._open += [guest, server]
                threading.Thread(target=self._there, args=(guest, server), daemon=True).start()
                threading.Thread(target=self._back, args=(server, guest), daemon=True).start()

    def _there(self, guest: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while command := guest.recv(65536):
                self.commands.append(command)
                if self.is_cut(command):
                    break
                if own := self.answer(command):
                    guest.sendall(own)
                elif not self.is_deaf(command):
                    server.sendall(command)
        _cut(server)
        _cut(guest)
        server.close()

    def _back(self, server: socket.socket, guest: socket.socket) -> None:
        with suppress(OSError):
            while answer := server.recv(65536):
                guest.sendall(self.garble(answer))
        _cut(guest)
        guest.close()


def _cut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
