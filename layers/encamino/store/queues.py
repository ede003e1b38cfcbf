"""Queues: texts in, ten at a time. Loads no model of an order: the webhook door stands on it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched
from typing import Any

from encamino.domain.errors import Unavailable

#: What SQS takes in one call.
_BATCH = 10
#: For how many seconds a letter that is being looked at is nobody else's. If we die meanwhile, it is back by then.
_HELD = 60


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of a queue, as it was received. `since`: when it was first put."""

    id: str
    text: str
    since: datetime
    #: How often it was received, by whomever.
    tries: int
    handle: str


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

    def letters(self) -> Iterator[Letter]:
        """Every letter that waits, each once; until it is removed or given back nobody else sees it, for a minute."""
        seen: set[str] = set()
        while True:
            # Waiting asks all of SQS's servers; without, an answer may be empty though there is something.
            answer = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=_BATCH,
                WaitTimeSeconds=1,
                VisibilityTimeout=_HELD,
                MessageSystemAttributeNames=["SentTimestamp", "ApproximateReceiveCount"],
            )
            come = [_letter(said) for said in answer.get("Messages", ())]
            fresh = [letter for letter in come if letter.id not in seen]
            if not fresh:
                return
            seen |= {letter.id for letter in fresh}
            yield from fresh

    def remove(self, letter: Letter) -> None:
        """Done with it."""
        self._client.delete_message(QueueUrl=self._url, ReceiptHandle=letter.handle)

    def give_back(self, letters: Iterable[Letter]) -> None:
        """Let others see them again now. One that is gone or somebody else's meanwhile is left alone."""
        for some in batched(letters, _BATCH, strict=False):
            entries = [
                {"Id": str(place), "ReceiptHandle": letter.handle, "VisibilityTimeout": 0}
                for place, letter in enumerate(some)
            ]
            self._client.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)

    def _offer(self, texts: Sequence[str]) -> list[str]:
        """Those that were not taken."""
        if not texts:
            return []
        entries = [{"Id": str(place), "MessageBody": text} for place, text in enumerate(texts)]
        answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
        return [texts[int(failed["Id"])] for failed in answer.get("Failed", ())]


def _letter(said: Any) -> Letter:
    attributes: dict[str, str] = said["Attributes"]
    return Letter(
        id=said["MessageId"],
        text=said["Body"],
        since=datetime.fromtimestamp(int(attributes["SentTimestamp"]) / 1000, UTC),
        tries=int(attributes["ApproximateReceiveCount"]),
        handle=said["ReceiptHandle"],
    )
