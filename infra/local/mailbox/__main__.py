"""A mailbox in place of SES v2: `python infra/local/mailbox PORT`, or `python -m infra.local.mailbox PORT`.

Environment: AWS_ENDPOINT_URL (the emulator), MAILBOX_DIR (where mail is kept), the usual AWS_* credentials and region;
TABLE, or .local/stack.json, tells the stack's clock.
"""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from infra.local.clock import StackClock
    from infra.local.mailbox.server import mailbox_server

    port = sys.argv[-1]
    if not port.isdigit():
        sys.exit("usage: python infra/local/mailbox PORT")
    directory = Path(os.environ.get("MAILBOX_DIR", ".local/mail"))
    server = mailbox_server(int(port), directory, os.environ["AWS_ENDPOINT_URL"], StackClock())
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
