"""SES and SNS clients that ask once.

boto3 sends the same mail up to five times when SES takes it and the connection dies (seen with botocore 1.43; three
times in its standard mode): here `total_max_attempts` is 1, and who asks again is decided above.
"""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from botocore.config import Config

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sns import SNSClient

#: A connection that was quiet for longer is not used again: a Lambda sleeps between two batches, the other end hangs up
#: meanwhile, and a send over the dead connection would be one of which nobody knows whether it arrived.
IDLE = 5.0


@cache
def session() -> Any:
    """The one session: it reads AWS's descriptions once. A plain one of botocore's starts faster than boto3's."""
    import botocore.session  # noqa: PLC0415

    return botocore.session.get_session()


def ses_client(endpoint_url: str | None = None, read_timeout: float = 10, idle: float = IDLE) -> SESV2Client:
    """SES v2. The address may also come from AWS_ENDPOINT_URL_SESV2."""
    return cast("SESV2Client", _client("sesv2", endpoint_url, read_timeout, idle))


def sns_client(endpoint_url: str | None = None, read_timeout: float = 10, idle: float = IDLE) -> SNSClient:
    """SNS, for texts."""
    return cast("SNSClient", _client("sns", endpoint_url, read_timeout, idle))


def _client(service: str, endpoint_url: str | None, read_timeout: float, idle: float) -> BaseClient:
    client: BaseClient = session().create_client(service, endpoint_url=endpoint_url, config=_once(read_timeout))
    _hang_up_when_idle(client, idle)
    return client


def _once(read_timeout: float) -> Config:
    return Config(retries={"total_max_attempts": 1}, connect_timeout=3, read_timeout=read_timeout)


def _hang_up_when_idle(client: BaseClient, idle: float) -> None:
    used = time.monotonic()

    def before_send(**_: Any) -> None:
        nonlocal used
        now = time.monotonic()
        if now - used > idle:
            client.close()  # drops the pool; the next request opens a new connection
        used = now

    client.meta.events.register("before-send", before_send)
