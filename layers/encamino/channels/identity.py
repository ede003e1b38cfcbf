"""What SES must know before a shop can send: its domain, its configuration set, and where reports go.

Everything may be asked again: what is there already stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypedDict

from encamino.channels.address import mail_address
from encamino.channels.asking import NoSuchCall, asked, made
from encamino.domain.errors import Refused
from encamino.domain.shop import Shop

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.literals import EventTypeType
    from mypy_boto3_sesv2.type_defs import DkimAttributesTypeDef, EventDestinationDefinitionTypeDef

DESTINATION = "feedback"
REPORTS: tuple[EventTypeType, ...] = ("SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "REJECT", "RENDERING_FAILURE")
#: Asking for these makes SES put a pixel into every mail and rewrite every link (API reference,
#: TrackingConfigurationOverrides, seen 2026-11): only for shops that turned it on.
ENGAGEMENT: tuple[EventTypeType, ...] = ("OPEN", "CLICK")


class Dns(TypedDict):
    """One record for the merchant's DNS."""

    type: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was made ready. `tenant`: None where SES has no tenants."""

    domain: str
    dns: list[Dns]
    tenant: str | None


def prepare(
    client: SESV2Client, shop: Shop, name: str, topic: str, *, mail_from: bool = False, engagement: bool = False
) -> Prepared:
    """Makes identity, configuration set and tenant, the latter two of that `name` (channels.base.set_name)."""
    address = mail_address(shop.sender.email)
    if address is None:
        raise Refused("SES cannot send from this address", where="sender.email", cure="use ASCII letters before the @")
    domain = address.rpartition("@")[2]
    _configuration_set(client, name, topic, REPORTS + ENGAGEMENT if engagement else REPORTS)
    dkim = _identity(client, domain)
    dns = _dkim_rows(domain, dkim)
    if mail_from:
        dns += _mail_from(client, domain, region=topic.split(":")[3])
    # A suggestion to begin with: it asks for nothing but lets receivers see that the domain has an owner.
    dns.append({"type": "TXT", "name": f"_dmarc.{domain}", "value": "v=DMARC1; p=none"})
    return Prepared(domain, dns, _tenant(client, name, domain, topic))


def _configuration_set(client: SESV2Client, name: str, topic: str, reports: tuple[EventTypeType, ...]) -> None:
    made(
        lambda: client.create_configuration_set(
            ConfigurationSetName=name,
            ReputationOptions={"ReputationMetricsEnabled": True},
            SendingOptions={"SendingEnabled": True},
            # SES's own list would refuse what the operator released here; suppression is ours, in the table.
            SuppressionOptions={"SuppressedReasons": []},
        )
    )
    to: EventDestinationDefinitionTypeDef = {
        "Enabled": True,
        "MatchingEventTypes": list(reports),
        "SnsDestination": {"TopicArn": topic},
    }
    named = {"ConfigurationSetName": name, "EventDestinationName": DESTINATION}
    if not made(lambda: client.create_configuration_set_event_destination(**named, EventDestination=to)):
        # The topic is another one after the stack was made anew.
        asked(lambda: client.update_configuration_set_event_destination(**named, EventDestination=to))


def _identity(client: SESV2Client, domain: str) -> DkimAttributesTypeDef:
    """Easy DKIM, keys of 2048 bits that SES turns over by itself: what a domain gets when nothing else is said."""
    made(lambda: client.create_email_identity(EmailIdentity=domain))
    found = asked(lambda: client.get_email_identity(EmailIdentity=domain))
    return found.get("DkimAttributes", {})


def _dkim_rows(domain: str, dkim: DkimAttributesTypeDef) -> list[Dns]:
    # Newer regions sign under a zone of their own and say so.
    zone = dkim.get("SigningHostedZone") or "dkim.amazonses.com"
    return [
        {"type": "CNAME", "name": f"{token}._domainkey.{domain}", "value": f"{token}.{zone}"}
        for token in dkim.get("Tokens", [])
    ]


def _mail_from(client: SESV2Client, domain: str, region: str) -> list[Dns]:
    """Bounces under the shop's own domain, so that SPF speaks for it too. Until the records are there SES uses its."""
    host = f"bounce.{domain}"
    asked(
        lambda: client.put_email_identity_mail_from_attributes(
            EmailIdentity=domain, MailFromDomain=host, BehaviorOnMxFailure="USE_DEFAULT_VALUE"
        )
    )
    return [
        {"type": "MX", "name": host, "value": f"10 feedback-smtp.{region}.amazonses.com"},
        {"type": "TXT", "name": host, "value": "v=spf1 include:amazonses.com ~all"},
    ]


def _tenant(client: SESV2Client, name: str, domain: str, topic: str) -> str | None:
    """One tenant a shop: when one shop's mail is paused for its bounces, the others' goes on."""
    _, partition, _, region, account, _ = topic.split(":", 5)
    if not hasattr(client, "create_tenant"):  # a boto3 from before there were tenants
        return None
    try:
        made(lambda: client.create_tenant(TenantName=name))
    except NoSuchCall:  # an emulator, or a region that has none
        return None
    for resource in (f"identity/{domain}", f"configuration-set/{name}"):
        arn = f"arn:{partition}:ses:{region}:{account}:{resource}"
        made(partial(client.create_tenant_resource_association, TenantName=name, ResourceArn=arn))
    return name
