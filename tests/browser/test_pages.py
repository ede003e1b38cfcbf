"""Every state of the tracking page in a real browser: accessible in light and dark, never wider than a phone, fast."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from tests.browser import pages, served

HERE = Path(__file__).parent
#: Not found here is a failure with its cure, never a skip.
NO_NODE = "the browser tests need node 20: sudo apt-get install nodejs npm, then make browser"


def run(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """One of the scripts beside this file."""
    try:
        return subprocess.run(
            ["node", HERE / script, *arguments], capture_output=True, text=True, check=False, timeout=540
        )
    except FileNotFoundError:
        pytest.fail(NO_NODE)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = served.server()
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_no_page_shuts_anybody_out_scrolls_sideways_or_calls_strangers(tmp_path: Path) -> None:
    seen = run("look.mjs", *pages.write(tmp_path, every=4))

    assert seen.returncode == 0, seen.stderr + seen.stdout


def test_what_looks_at_pages_sees_what_is_wrong_with_one(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.html"
    wrong.write_text(
        '<p style="width:2000px;color:#ccc">grey</p><img src="x"><script src="https://stranger.example/x.js"></script>'
    )

    seen = run("look.mjs", wrong)

    assert seen.returncode == 1
    rules = {json.loads(line)["rule"] for line in seen.stdout.splitlines()}
    assert {"sideways", "stranger", "color-contrast", "image-alt", "html-has-lang"} <= rules


def test_the_policy_of_a_page_lets_its_own_style_through(address: str) -> None:
    seen = run("look.mjs", f"{address}/several.es")

    assert seen.returncode == 0, seen.stderr + seen.stdout


def test_lighthouse_gives_full_marks(address: str) -> None:
    judged = run("lighthouse.mjs", f"{address}/arrives_window.es")

    assert judged.returncode == 0, judged.stderr + judged.stdout
