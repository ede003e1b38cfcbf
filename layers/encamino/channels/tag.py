"""How a message is known again in what SES reports: its key, as mail tags.

SES gives our own id of a mail back in every event, also in those that arrive before our record of the send, and also
when we never learnt whether SES took it. The key carries no address.
"""

from collections.abc import Mapping, Sequence

NAME = "encamino_key"
#: The longest value of a tag. A key of a platform with long ids goes on in encamino_key_2 and so on.
LONGEST = 256


def tags_of(key_text: str) -> dict[str, str]:
    """The tags that say this key."""
    pieces = [key_text[at : at + LONGEST] for at in range(0, len(key_text), LONGEST)]
    return {_name(n): piece for n, piece in enumerate(pieces, start=1)}


def key_of(tags: Mapping[str, Sequence[str]]) -> str | None:
    """The key that the tags of an event say; None when the mail is not one of ours."""
    pieces: list[str] = []
    while values := tags.get(_name(len(pieces) + 1)):
        pieces.append(values[0])
    return "".join(pieces) or None


def _name(n: int) -> str:
    return NAME if n == 1 else f"{NAME}_{n}"
