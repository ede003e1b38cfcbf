"""What is asked of the store about customers and what they chose to be sent. A Protocol, as in base."""

from typing import Protocol

from encamino.domain.contact import Act, ContactKey, ContactLink, Preferences


class Contacts(Protocol):
    """Customers' choices and the proofs of them: kept for ever, as suppressed addresses are."""

    def contact_of_token(self, token_hash: str) -> ContactLink | None:
        """Whose preferences this link opens."""

    def keep_contact_link(self, token_hash: str, link: ContactLink) -> None:
        """A link to someone's preferences goes out: it opens them for as long as an order of today is kept."""

    def preferences(self, contact: ContactKey) -> Preferences:
        """What they chose; what was never said is not in it."""

    def keep_preferences(self, contact: ContactKey, act: Act) -> None:
        """They chose: the choice and its proof, both or neither. What the act does not speak of stays.

        Raises Unavailable.
        """

    def acts(self, contact: ContactKey) -> tuple[Act, ...]:
        """Every proof, oldest first."""
