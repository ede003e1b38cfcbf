"""Queues: texts in, ten at a time. Loads no model of an order: the webhook door stands on it."""

from collections.abc import Sequence
from itertools import batched
from typing import Any

from encamino.domain.errors import Unavailable

#: What SQS takes in one call.
_BATCH = 10


class Queue:
    """One queue. `client` is boto3's."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, text: str) -> None:
        """Put one message."""
        self._client.send_message(QueueUrl=self._url, MessageBody=text)

    def send_many(self, texts: Sequence[str]) -> None:
        """Put them all. What SQS takes in part is offered once more; what it then still refuses raises Unavailable."""
        refused = [text for some in batched(texts, _BATCH, strict=False) for text in self._offer(self._offer(some))]
        if refused:
            raise Unavailable(
                f"{len(refused)} of {len(texts)} messages were not taken",
                where=self._url,
                cure="the agenda brings them again",
            )

    def depth(self) -> int:
        """About how many messages wait."""
        name = "ApproximateNumberOfMessages"
        answer = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=[name])
        return int(answer["Attributes"][name])

    def _offer(self, texts: Sequence[str]) -> list[str]:
        """Those that were not taken."""
        if not texts:
            return []
        entries = [{"Id": str(place), "MessageBody": text} for place, text in enumerate(texts)]
        answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
        return [texts[int(failed["Id"])] for failed in answer.get("Failed", ())]
