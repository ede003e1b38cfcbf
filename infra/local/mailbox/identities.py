"""Who may send: identities live in the emulator, where the CLI makes them and the template declares them.

The emulator cannot judge the sender's *permission*: it checks ses:SendEmail against `*` and so denies a role that is
rightly limited to identities and configuration sets. The mailbox therefore asks about the identity only.
"""

from email.utils import parseaddr
from typing import Any

from botocore.exceptions import ClientError

from infra.local.mailbox.ses import SesError


def refuse_unverified(ses: Any, sender: str, region: str) -> None:
    """SesError unless the address, its domain or a parent domain is a verified identity."""
    address = parseaddr(sender)[1]
    labels = address.rpartition("@")[2].split(".")
    domains = [".".join(labels[i:]) for i in range(len(labels) - 1)]
    if not any(_verified(ses, identity) for identity in [*domains, address]):
        message = "Email address is not verified. The following identities failed the check in region"
        raise SesError("MessageRejected", f"{message} {region.upper()}: {address}")


def _verified(ses: Any, identity: str) -> bool:
    try:
        return bool(ses.get_email_identity(EmailIdentity=identity)["VerifiedForSendingStatus"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "NotFoundException":
            return False
        raise
