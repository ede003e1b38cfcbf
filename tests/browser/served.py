"""The gallery over HTTP with the very headers and bytes that customers get: `python -m tests.browser.served`."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from encamino.pages import tracking
from encamino.pages.page import Page
from tests.browser.pages import BASE, LANGUAGES, speaking
from tests.builders import NOW, a_shop
from tests.pages.compiled import compiled
from tests.pages.samples import samples

#: No pictures: their hosts do not exist, and a failed request is no fault of the page.
BARE = {"brand": {"radius": 10}, "image_hosts": []}


def pages() -> dict[str, Page]:
    """By path."""
    return {
        f"/{name}.{language}": tracking.render(speaking(order, language), a_shop(**BARE), compiled(), NOW, BASE)
        for name, order in samples().items()
        for language in LANGUAGES
    }


def server() -> ThreadingHTTPServer:
    """Listens on a free port of this machine only."""
    known = pages()

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (its name in the standard library)
            pass

        def do_GET(self) -> None:
            page = known.get(self.path)
            if page is None:
                self.send_response(404)
                self.send_header("content-length", "0")
                self.end_headers()
                return
            page = page.accepted_by(self.headers.get("accept-encoding"))
            self.send_response(page.status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(page.body)))
            self.end_headers()
            self.wfile.write(page.body)

    return ThreadingHTTPServer(("127.0.0.1", 0), Door)


if __name__ == "__main__":
    listening = server()
    sys.stdout.write(f"http://127.0.0.1:{listening.server_port}/arrives_window.es\n")
    sys.stdout.flush()
    listening.serve_forever()
