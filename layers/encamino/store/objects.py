"""Deliveries too large for a queue message, put aside in the bucket. Standard library and a client only."""

import gzip
import hashlib
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from encamino.domain.errors import Missing


class Objects:
    """One bucket. `client` is boto3's."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put_aside(self, body: bytes, now: datetime) -> str:
        """Keep a body; returns where. The same body on the same day lies in the same place."""
        key = f"inbox/{now.astimezone(UTC):%Y-%m-%d}/{hashlib.sha256(body).hexdigest()}.gz"
        self._client.put_object(Bucket=self._bucket, Key=key, Body=gzip.compress(body, 6, mtime=0))
        return key

    def fetch(self, key: str) -> bytes:
        """What was put there. Raises Missing."""
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=key)
        except ClientError as err:
            if err.response["Error"]["Code"] != "NoSuchKey":
                raise
            raise Missing("the delivery is no longer kept", where=key, cure="have the shop send it again") from err
        return gzip.decompress(answer["Body"].read())
