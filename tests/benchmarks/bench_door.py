"""The webhook door, cold: from the spawn of its process, under AWS's own runtime client, to the answer 200 for a
genuinely signed order of Shopify, which by then has been verified with the secret in SSM and lies in the queue.

Against a bare function, started in turn, that hands the body to SQS with boto3 and verifies nothing. Both find the same
libraries.
"""

import base64
import hashlib
import hmac
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.artifact import ROOT, code_path, compiled
from tests.benchmarks.lambda_here import Answered, Function, LambdaHere
from tests.benchmarks.measure import Figure

#: One pair takes half a second. Machines are noisy; a pair is started in one breath.
PAIRS = 45
CEILING = 1.35
SECRET = "hush"
STACK = "bench"
QUEUE = "http://sqs.eu-west-1.amazonaws.com/000000000000/inbox"
PARAMETERS = {f"/encamino/{STACK}/shops/demo/shopify": json.dumps([{"value": SECRET, "until": None}])}


def figures() -> list[Figure]:
    """Milliseconds of both, and how many times the bare one ours takes: the median of pairs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        here = LambdaHere(PARAMETERS, folder)
        try:
            door, bare = functions(folder)
            checked(here, door)
            pairs = [_pair(here, door, bare) for _ in range(PAIRS)]
        finally:
            here.close()
    ours, theirs = (median(side) for side in zip(*pairs, strict=True))
    ratio = median(ours / theirs for ours, theirs in pairs)
    return [Figure("door_first_200", ours, "ms", ratio), Figure("door_bare_sqs", theirs, "ms", 1.0)]


def missed(lines: list[Figure]) -> list[str]:
    """Whether the ceiling was broken."""
    return [
        f"{line.name}: {line.ratio:.2f} times the bare one > {CEILING}"
        for line in lines
        if line.name == "door_first_200" and (line.ratio or 0) > CEILING
    ]


def functions(folder: Path) -> tuple[Function, Function]:
    """Ours and the bare one, with the same libraries to find."""
    bare = folder / "bare"
    bare.mkdir()
    shutil.copy(Path(__file__).with_name("bare_door.py"), bare)
    compiled(bare)
    path, known = code_path(folder, "receive_shop_webhook"), {"INBOX_QUEUE": QUEUE, "STACK": STACK, "BUCKET": "inbox"}
    return (
        Function(path, "receive_shop_webhook.handler", known),
        Function(os.pathsep.join([str(bare), path]), "bare_door.handler", known),
    )


def delivery(secret: str) -> dict[str, Any]:
    """A paid order as API Gateway hands it on (payload format 2.0), signed as Shopify signs."""
    said = json.loads((ROOT / "tests" / "shops" / "shopify" / "order_paid.json").read_text())
    body = json.dumps(said["body"])
    signature = base64.b64encode(hmac.digest(secret.encode(), body.encode(), hashlib.sha256)).decode()
    path = "/webhooks/shopify/demo"
    return {
        "version": "2.0", "routeKey": "ANY /webhooks/{platform}/{shop}", "rawPath": path, "rawQueryString": "",
        "headers": {**said["headers"], "x-shopify-hmac-sha256": signature, "user-agent": "Shopify-Captain-Hook"},
        "requestContext": {
            "accountId": "000000000000", "apiId": "bench", "domainName": "bench.execute-api.eu-west-1.amazonaws.com",
            "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": ""},
            "requestId": "r", "routeKey": "ANY /webhooks/{platform}/{shop}", "stage": "$default",
            "time": "20/Nov/2026:12:00:00 +0000", "timeEpoch": 1_795_176_000_000,
        },
        "pathParameters": {"platform": "shopify", "shop": "demo"}, "body": body, "isBase64Encoded": False,
    }  # fmt: skip


def checked(here: LambdaHere, door: Function) -> None:
    """It verifies before it answers, or nothing here is worth measuring."""
    forged = here.cold(door, delivery("guessed"))
    if forged.reply["statusCode"] != 401 or forged.queued:
        raise SystemExit(f"the door let a forged delivery in: {forged.reply}")
    _kept(here.cold(door, delivery(SECRET)))


def _pair(here: LambdaHere, door: Function, bare: Function) -> tuple[float, float]:
    ours, theirs = here.cold(door, delivery(SECRET)), here.cold(bare, delivery(SECRET))
    _kept(ours)
    if theirs.reply["statusCode"] != 200 or theirs.queued != (delivery(SECRET)["body"],):
        raise SystemExit(f"the bare function lost what it was given: {theirs.reply}")
    return ours.ms, theirs.ms


def _kept(answered: Answered) -> None:
    if answered.reply["statusCode"] != 200 or answered.asked != ("AmazonSSM.GetParameter", "AmazonSQS.SendMessage"):
        raise SystemExit(f"the door did not verify and keep a genuine delivery: {answered.reply} {answered.asked}")
    if base64.b64decode(json.loads(answered.queued[0])["body_b64"]).decode() != delivery(SECRET)["body"]:
        raise SystemExit("the door kept something else than it was given")


if __name__ == "__main__":
    taken_now = figures()
    print(*taken_now, sep="\n")
    sys.exit("\n".join(missed(taken_now)) or 0)
