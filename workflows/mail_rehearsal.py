"""A mail server on this computer for a rehearsal: it delivers nothing and behaves as it is told."""

import socketserver
import threading

ACCEPTS, REFUSES, SILENT = "accepts", "refuses", "silent"
GREETING, TAKEN, BYE = b"220 rehearsal\r\n", b"250 OK\r\n", b"221 Bye\r\n"


class _Session(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(GREETING)
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"RCPT" and self.server.behaviour == REFUSES:
                self.wfile.write(b"550 5.1.1 No such user here\r\n")
            elif verb == b"DATA":
                self.wfile.write(b"354 Go on\r\n")
                while self.rfile.readline() not in (b".\r\n", b""):
                    continue
                if self.server.behaviour == SILENT:
                    return
                self.server.taken += 1
                self.wfile.write(TAKEN)
            elif verb == b"QUIT":
                self.wfile.write(BYE)
                return
            else:
                self.wfile.write(TAKEN)


class Rehearsal(socketserver.ThreadingTCPServer):
    """``with Rehearsal() as server``: listens on ``port``; ``behaviour`` says what it does, ``taken`` counts messages.

    REFUSES answers 550 to every recipient; SILENT drops the connection after the text was handed over.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Session)
        self.behaviour, self.taken = ACCEPTS, 0
        self.port = self.server_address[1]

    def __enter__(self):
        self.thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        return super().__enter__()

    def __exit__(self, *error):
        self.shutdown()
        self.thread.join()
        super().__exit__(*error)
