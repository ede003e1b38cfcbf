"""What 17TRACK's words and numbers mean.

Sources (read 2026-11): help.17track.net/hc/en-us/articles/37471096573337 (9 main statuses, 30 sub-statuses),
help.17track.net/hc/en-us/articles/37570440168473 (error codes), asset.17track.net/api/document/v2.4_en/index.html (key
stages of `milestone` and of events), res.17track.net/asset/carrier/info/apicarrier.all.json (carriers' numbers).
"""

from __future__ import annotations

from encamino.carriers.base import Outcome
from encamino.domain.shipment import Reason, ShipmentStatus

_S = ShipmentStatus

#: What a status, a sub-status or a key stage says. `Security` is security, customs or fees, and which is not said.
MEANINGS: dict[str, tuple[ShipmentStatus, Reason | None]] = {
    # Sub-statuses
    "InfoReceived": (_S.INFO_RECEIVED, None),
    "InTransit_PickedUp": (_S.IN_TRANSIT, None),
    "InTransit_Other": (_S.IN_TRANSIT, None),
    "InTransit_Departure": (_S.IN_TRANSIT, None),
    "InTransit_Arrival": (_S.IN_TRANSIT, None),
    "InTransit_CustomsProcessing": (_S.IN_TRANSIT, None),
    "InTransit_CustomsReleased": (_S.IN_TRANSIT, None),
    "InTransit_CustomsRequiringInformation": (_S.EXCEPTION, Reason.CUSTOMS),
    "Expired_Other": (_S.EXPIRED, None),
    "AvailableForPickup_Other": (_S.AVAILABLE_FOR_PICKUP, None),
    "OutForDelivery_Other": (_S.OUT_FOR_DELIVERY, None),
    "DeliveryFailure_Other": (_S.ATTEMPT_FAILED, Reason.OTHER),
    "DeliveryFailure_NoBody": (_S.ATTEMPT_FAILED, Reason.ABSENT),
    "DeliveryFailure_Security": (_S.ATTEMPT_FAILED, Reason.OTHER),
    "DeliveryFailure_Rejected": (_S.ATTEMPT_FAILED, Reason.REFUSED),
    "DeliveryFailure_InvalidAddress": (_S.ATTEMPT_FAILED, Reason.ADDRESS),
    "Delivered_Other": (_S.DELIVERED, None),
    "Exception_Other": (_S.EXCEPTION, Reason.OTHER),
    "Exception_Returning": (_S.RETURNED_TO_SENDER, None),
    "Exception_Returned": (_S.RETURNED_TO_SENDER, None),
    # Not absent: what is known of the recipient is wrong, found out before anybody went there.
    "Exception_NoBody": (_S.EXCEPTION, Reason.ADDRESS),
    "Exception_Security": (_S.EXCEPTION, Reason.OTHER),
    "Exception_Damage": (_S.EXCEPTION, Reason.DAMAGED),
    "Exception_Rejected": (_S.EXCEPTION, Reason.REFUSED),
    "Exception_Delayed": (_S.EXCEPTION, Reason.CARRIER_DELAY),
    "Exception_Lost": (_S.EXCEPTION, Reason.LOST),
    "Exception_Destroyed": (_S.EXCEPTION, Reason.OTHER),
    "Exception_Cancel": (_S.EXCEPTION, Reason.CANCELLED),
    # Main statuses, where no sub-status is said
    "InTransit": (_S.IN_TRANSIT, None),
    "Expired": (_S.EXPIRED, None),
    "AvailableForPickup": (_S.AVAILABLE_FOR_PICKUP, None),
    "OutForDelivery": (_S.OUT_FOR_DELIVERY, None),
    "DeliveryFailure": (_S.ATTEMPT_FAILED, Reason.OTHER),
    "Delivered": (_S.DELIVERED, None),
    "Exception": (_S.EXCEPTION, Reason.OTHER),
    # Key stages that are no main status
    "PickedUp": (_S.IN_TRANSIT, None),
    "Departure": (_S.IN_TRANSIT, None),
    "Arrival": (_S.IN_TRANSIT, None),
    "Returning": (_S.RETURNED_TO_SENDER, None),
    "Returned": (_S.RETURNED_TO_SENDER, None),
}

#: What the number as a whole is, when there is nothing to tell of it.
NOTHING = {
    "NotFound": Outcome.NOT_FOUND,
    "NotFound_Other": Outcome.NOT_FOUND,
    "NotFound_InvalidCode": Outcome.INVALID,
}

#: Of a call as a whole (`code`) and of one number in it (`rejected[].error.code`).
ERRORS = {
    429: Outcome.THROTTLED,
    -18010001: Outcome.AUTH_ERROR,  # our address is not on the account's list
    -18010002: Outcome.AUTH_ERROR,
    -18010003: Outcome.UNAVAILABLE,
    -18010004: Outcome.AUTH_ERROR,  # account disabled
    -18010005: Outcome.AUTH_ERROR,
    -18010010: Outcome.INVALID,
    -18010011: Outcome.INVALID,
    -18010012: Outcome.INVALID,
    -18010013: Outcome.INVALID,
    -18010014: Outcome.INVALID,  # more than 40
    -18010015: Outcome.INVALID,
    -18010016: Outcome.INVALID,
    -18010018: Outcome.INVALID,
    -18010019: Outcome.INVALID,
    -18010020: Outcome.INVALID,
    -18010022: Outcome.INVALID,
    -18019902: Outcome.NOT_FOUND,
    -18019903: Outcome.INVALID,  # nobody's shape: asked for again it would be refused again
    -18019907: Outcome.THROTTLED,  # the day's registrations
    -18019908: Outcome.THROTTLED,  # the quota
    -18019909: Outcome.NOT_FOUND,  # registered, nothing known yet
    -18019910: Outcome.INVALID,
    -18019911: Outcome.UNAVAILABLE,
}
REGISTERED_ALREADY = -18019901
NOT_REGISTERED = -18019902
#: Registered only together with the recipient's postcode; the first of them wants the country, too.
WANTS_COUNTRY_AND_POSTCODE = -18010018
WANTS_POSTCODE = -18010019

#: Our slug → their number of the carrier: a hint when a number is registered, without it they guess. Only who is one
#: carrier here and there; `dhl` asks every division, which are several carriers there.
CARRIERS = {
    "australiapost": 1151,
    "dhl_parcel_de": 7041,
    "fedex": 100003,
    "gls": 100005,
    "mydhl": 100001,
    "royalmail": 11031,
    "ups": 100002,
    "usps": 21051,
}
