"""What DHL says, and what it means: `statusCode`, the codes of parcel-nl, the sentences of parcel-de and express.

The most particular counts: first a code in `status`, then a sentence, then `statusCode`, which has five values only and
calls a parcel in a shop or back at its sender `transit` or `delivered` (developer.dhl.com, Shipment Tracking – Unified
1.5.8, seen 2026-11-22). DHL's own note that Out for Delivery, Return and Pick-up are "planned but not available" is of
26 Oct 2023 (support article 47001197243).
Marked (m): wording nobody checked against an answer; no sentence ever says delivered, so it can mislead no further.
"""

import re
from functools import lru_cache

from encamino.domain.shipment import ENDS, SILENT, Reason, ShipmentStatus

_S = ShipmentStatus
type _Status = tuple[ShipmentStatus, Reason | None]

#: `statusCode`. Anything else is unknown.
_COARSE: dict[str, _Status] = {
    "pre-transit": (_S.INFO_RECEIVED, None),
    "transit": (_S.IN_TRANSIT, None),
    "delivered": (_S.DELIVERED, None),
    "failure": (_S.EXCEPTION, Reason.OTHER),
    "unknown": (_S.UNKNOWN, None),
}

#: `status` where it is a code (parcel-nl; seen in public integrations, 2026-11-22).
_CODES: dict[str, _Status] = {
    "PRENOTIFICATION_RECEIVED": (_S.INFO_RECEIVED, None),
    "DATA_RECEIVED": (_S.INFO_RECEIVED, None),
    "DATA_RECEIVED_WITH_PREFIX_LABEL": (_S.INFO_RECEIVED, None),
    "OUT_FOR_DELIVERY": (_S.OUT_FOR_DELIVERY, None),
    "SHIPMENT_OUT_FOR_DELIVERY": (_S.OUT_FOR_DELIVERY, None),
    "PARCEL_HANDED_OVER_TO_COURIER": (_S.OUT_FOR_DELIVERY, None),
    "LOAD_VEHICLE": (_S.OUT_FOR_DELIVERY, None),
    "NOT_HOME_RETURN_TO_SHIPPER": (_S.RETURNED_TO_SENDER, None),
    "CLOSED_SHIPMENT": (_S.ATTEMPT_FAILED, Reason.CLOSED),
    "DELIVERED_AT_PARCELSHOP": (_S.AVAILABLE_FOR_PICKUP, None),
    "DELIVERED_AT_PARCELSTATION": (_S.AVAILABLE_FOR_PICKUP, None),
    "DELIVERED_AT_ACCESSPOINT": (_S.AVAILABLE_FOR_PICKUP, None),
    "AWAITING_RECEIVER_COLLECTION": (_S.AVAILABLE_FOR_PICKUP, None),
    "NOTIFICATION_FOR_PARCELSHOP_COLLECTION_HAS_BEEN_SENT": (_S.AVAILABLE_FOR_PICKUP, None),
    "NOTIFICATION_FOR_PARCELSTATION_COLLECTION_HAS_BEEN_SENT": (_S.AVAILABLE_FOR_PICKUP, None),
    "REMINDER_FOR_COLLECTION_SENT_SMS": (_S.AVAILABLE_FOR_PICKUP, None),
    "STORAGE_PERIOD_ENDED_AT_PARCELSHOP": (_S.EXPIRED, Reason.NOT_COLLECTED),
    "STORAGE_PERIOD_ENDED_AT_PARCELSTATION": (_S.EXPIRED, Reason.NOT_COLLECTED),
    "STORAGE_PERIOD_ENDED_AT_ACCESSPOINT": (_S.EXPIRED, Reason.NOT_COLLECTED),
    "DELIVERED_AT_NEIGHBOURS": (_S.DELIVERED, None),
    "DELIVERED_AT_PREFERED_NEIGHBOURS": (_S.DELIVERED, None),
    "DELIVERED_AT_SAFEPLACE": (_S.DELIVERED, None),
    "DELIVERED_IN_MAILBOX": (_S.DELIVERED, None),
    "DELIVERED_DAMAGED": (_S.DELIVERED, None),
    "DELIVERED_NOT_IN_TIME": (_S.DELIVERED, None),
    "COLLECTED_AT_PARCELSHOP": (_S.DELIVERED, None),
    "COLLECTED_AT_PARCELSTATION": (_S.DELIVERED, None),
    "COLLECTED_AT_ACCESSPOINT": (_S.DELIVERED, None),
    "SHIPMENT_COLLECTED": (_S.DELIVERED, None),
    "RETURNED_TO_SHIPPER": (_S.RETURNED_TO_SENDER, None),
    "ON_ROUTE_TO_SHIPPER": (_S.RETURNED_TO_SENDER, None),
    "DELIVERED_AT_SHIPPER": (_S.RETURNED_TO_SENDER, None),
    "RETURNED_NOT_COLLECTED": (_S.RETURNED_TO_SENDER, Reason.NOT_COLLECTED),
    "REFUSED_RETURN": (_S.RETURNED_TO_SENDER, Reason.REFUSED),
    "REFUSED_BY_RECEIVER": (_S.EXCEPTION, Reason.REFUSED),
    "REFUSED_AT_PARCELSHOP": (_S.EXCEPTION, Reason.REFUSED),
    "REFUSED_DAMAGED": (_S.EXCEPTION, Reason.DAMAGED),
    "ADDRESS_UNKNOWN": (_S.EXCEPTION, Reason.ADDRESS),
    "POSTAL_CODE_INCORRECT": (_S.EXCEPTION, Reason.ADDRESS),
    "DESTROYED": (_S.EXCEPTION, Reason.DAMAGED),
    "SHIPMENT_STOPPED": (_S.EXCEPTION, Reason.OTHER),
    "TRANSPORT_DELAY": (_S.EXCEPTION, Reason.CARRIER_DELAY),
    # Back in the depot in the evening: a failed attempt only if one was told before (`_dhl_shipment._events`).
    "PARCEL_RETURNED_FROM_ROUTE": (_S.IN_TRANSIT, None),
}
BACK_IN_DEPOT = "PARCEL_RETURNED_FROM_ROUTE"

#: Words in `status` and `description`, lower case; the first that occurs counts, so the more particular stand first.
#: None of them says delivered: that is for `statusCode` or a code to say.
_WORDS: tuple[tuple[str, _Status], ...] = (
    # Going back
    ("returned to the sender", (_S.RETURNED_TO_SENDER, None)),
    ("returned to sender", (_S.RETURNED_TO_SENDER, None)),
    ("returned to shipper", (_S.RETURNED_TO_SENDER, None)),
    ("returned to the shipper", (_S.RETURNED_TO_SENDER, None)),
    ("return to shipper", (_S.RETURNED_TO_SENDER, None)),
    ("delivered to the sender", (_S.RETURNED_TO_SENDER, None)),
    ("delivered to shipper", (_S.RETURNED_TO_SENDER, None)),
    ("cksendung eingeleitet", (_S.RETURNED_TO_SENDER, None)),
    ("an den absender zur", (_S.RETURNED_TO_SENDER, None)),
    ("dem absender zugestellt", (_S.RETURNED_TO_SENDER, None)),
    # Trouble with a name
    ("recipient refused", (_S.EXCEPTION, Reason.REFUSED)),
    ("refused delivery", (_S.EXCEPTION, Reason.REFUSED)),
    ("annahme verweigert", (_S.EXCEPTION, Reason.REFUSED)),
    ("annahme der sendung verweigert", (_S.EXCEPTION, Reason.REFUSED)),
    ("obtain a new delivery address", (_S.EXCEPTION, Reason.ADDRESS)),
    ("eine neue zustelladresse", (_S.EXCEPTION, Reason.ADDRESS)),
    ("adressfehler", (_S.EXCEPTION, Reason.ADDRESS)),
    ("empfänger ist unbekannt", (_S.EXCEPTION, Reason.ADDRESS)),
    ("address is incomplete", (_S.EXCEPTION, Reason.ADDRESS)),
    ("address is incorrect", (_S.EXCEPTION, Reason.ADDRESS)),
    ("incorrect address", (_S.EXCEPTION, Reason.ADDRESS)),
    ("address information needed", (_S.EXCEPTION, Reason.ADDRESS)),  # express (m)
    ("clearance delay", (_S.EXCEPTION, Reason.CUSTOMS)),  # express (m)
    ("held by customs", (_S.EXCEPTION, Reason.CUSTOMS)),  # (m)
    ("held at customs", (_S.EXCEPTION, Reason.CUSTOMS)),  # (m)
    ("customs clearance has not been completed", (_S.EXCEPTION, Reason.CUSTOMS)),
    ("zollabfertigung nicht abgeschlossen", (_S.EXCEPTION, Reason.CUSTOMS)),
    ("adverse weather", (_S.EXCEPTION, Reason.WEATHER)),  # (m)
    ("zurückgestellt", (_S.EXCEPTION, Reason.CARRIER_DELAY)),
    ("misrouted", (_S.EXCEPTION, Reason.CARRIER_DELAY)),
    ("fehlgeleitet", (_S.EXCEPTION, Reason.CARRIER_DELAY)),
    ("is on hold", (_S.EXCEPTION, Reason.OTHER)),  # express (m)
    # Tried in vain. Before "ready for pick-up": one sentence may say both, and it is not ready yet
    ("recipient not home", (_S.ATTEMPT_FAILED, Reason.ABSENT)),  # express (m)
    ("no response at consignee", (_S.ATTEMPT_FAILED, Reason.ABSENT)),  # express (m)
    ("nicht angetroffen", (_S.ATTEMPT_FAILED, Reason.ABSENT)),
    ("business closed", (_S.ATTEMPT_FAILED, Reason.CLOSED)),  # express (m)
    ("delivery attempted", (_S.ATTEMPT_FAILED, None)),  # express (m)
    ("delivery attempt made", (_S.ATTEMPT_FAILED, None)),  # express (m)
    ("could not be delivered", (_S.ATTEMPT_FAILED, None)),
    ("nicht zugestellt werden", (_S.ATTEMPT_FAILED, None)),
    # Waiting
    ("ready for pick-up", (_S.AVAILABLE_FOR_PICKUP, None)),
    ("ready for pickup", (_S.AVAILABLE_FOR_PICKUP, None)),
    ("ready for collection", (_S.AVAILABLE_FOR_PICKUP, None)),
    ("available for pickup", (_S.AVAILABLE_FOR_PICKUP, None)),  # express (m)
    ("awaiting collection", (_S.AVAILABLE_FOR_PICKUP, None)),  # express (m)
    ("delivered for pick-up", (_S.AVAILABLE_FOR_PICKUP, None)),
    ("zur abholung bereit", (_S.AVAILABLE_FOR_PICKUP, None)),
    # On the last way
    ("loaded onto the delivery vehicle", (_S.OUT_FOR_DELIVERY, None)),
    ("loaded to the van", (_S.OUT_FOR_DELIVERY, None)),
    ("in das zustellfahrzeug geladen", (_S.OUT_FOR_DELIVERY, None)),
    ("out for delivery", (_S.OUT_FOR_DELIVERY, None)),
    ("out with courier", (_S.OUT_FOR_DELIVERY, None)),  # express (m)
    ("with delivery courier", (_S.OUT_FOR_DELIVERY, None)),  # express (m)
    # Announced
    ("have been provided by the sender to dhl electronically", (_S.INFO_RECEIVED, None)),
    ("instruction data for this shipment", (_S.INFO_RECEIVED, None)),
    ("elektronisch angekündigt", (_S.INFO_RECEIVED, None)),
    ("elektronisch an dhl", (_S.INFO_RECEIVED, None)),
    ("shipment information received", (_S.INFO_RECEIVED, None)),  # express (m)
)
#: Promises, not news: nothing has happened yet.
_NOT_YET = ("will be ready", "will be available", "wird zur abholung bereit", "wird morgen", "not yet")
_POINT = re.compile(r"parcel ?shop|service ?point|packstation|retail outlet|paketshop|filiale|access ?point")
_TAKEN = re.compile(r"picked up|collected|abgeholt|handed over|ausgehändigt")
_SENDER = re.compile(r"\bshipper\b|\bto (the )?sender|(den|dem|beim) absender|\breturned\b")
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_./-]*")
_BY_REASON = (
    ("damage", Reason.DAMAGED),
    ("beschädigt", Reason.DAMAGED),
    ("lost", Reason.LOST),
    ("missing", Reason.LOST),
    ("customs", Reason.CUSTOMS),
    ("zoll", Reason.CUSTOMS),
    ("refused", Reason.REFUSED),
    ("address", Reason.ADDRESS),
    ("adresse", Reason.ADDRESS),
    ("cancel", Reason.CANCELLED),
)

_LONGEST_TEXT = 500

#: Status, reason, the code it was told by, the text, and its weight: 0 bears no status, 1 does, 2 ends the journey.
type Meaning = tuple[ShipmentStatus, Reason | None, str, str, int]


@lru_cache(maxsize=1024)
def meaning(code: str | None, level: str | None, sentence: str | None) -> Meaning:
    """What `statusCode`, `status` and `description` of one event say. Anything that is no text says nothing."""
    code, level, sentence = (text if isinstance(text, str) else "" for text in (code, level, sentence))
    upper = level.strip().upper().replace(" ", "_")
    if named := _CODES.get(upper):
        status, reason = named
    elif upper.startswith("NOT_HOME"):
        status, reason = _S.ATTEMPT_FAILED, Reason.ABSENT
    else:
        # parcel-nl says DELIVERED here, dgf says nothing elsewhere.
        whole = upper.lower() if not code or (upper == "DELIVERED" and code == "transit") else code.lower()
        status, reason = _by_words(whole, " ".join(f"{level} {sentence}".lower().split()))
    raw = level if _CODE.fullmatch(level) else code
    weight = 0 if status in SILENT else 2 if status in ENDS else 1
    return status, reason, raw[:_LONGEST_TEXT], (sentence or level)[:_LONGEST_TEXT], weight


def _by_words(code: str, words: str) -> _Status:
    promised = any(promise in words for promise in _NOT_YET)
    for said, meant in _WORDS:
        if said in words and not (promised and meant[0] is _S.AVAILABLE_FOR_PICKUP):
            return meant
    coarse = _COARSE.get(code, (_S.UNKNOWN, None))
    if coarse[0] is _S.DELIVERED:
        return _delivered(words)
    if coarse[0] is _S.EXCEPTION:
        return _S.EXCEPTION, next((reason for said, reason in _BY_REASON if said in words), Reason.OTHER)
    return coarse


def _delivered(words: str) -> _Status:
    """`delivered` to whom? DHL says it of parcels laid into a shop and of parcels given back to the sender."""
    if _SENDER.search(words):
        return _S.RETURNED_TO_SENDER, None
    if _POINT.search(words) and not _TAKEN.search(words):
        return _S.AVAILABLE_FOR_PICKUP, None
    return _S.DELIVERED, None
