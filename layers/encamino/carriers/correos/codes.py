"""What Correos says, and what it means: `codEvento`, never the prose beside it.

A code is a family (A admission, P and G on the way, H delivery, I handed over, L kept or sent back, O return, X
abroad), a detail and V or R, for what went as it should and what did not. Correos publishes no list. Sources, read
2026-11: the statuses of Correos' own shop module (correosoficial 3.0.0, classes/Cron/StatusMapper.php, five words for
all codes, quoted below in capitals), answers shown in public by github.com/ha-parcel-integrations/ha-correos and
github.com/plhery/universal-parcel-scraper (quoted in small letters). The module calls some codes delivered, returned or
annulled that answers show as something else (X380000V is kept at an office, ADV0000V is a return's first scan). So of
its words alone we take those of a whole family that agrees with them: I01 for delivered, I02, L02, L03, L06, O13, O14
and X17 for returned. The rest is unknown until somebody has seen it.
"""

import re

from encamino.domain.shipment import Reason, ShipmentStatus

_S = ShipmentStatus
type Meaning = tuple[ShipmentStatus, Reason | None]

CODES: dict[str, Meaning] = {
    # Told of, not yet there. PRERREGISTRADO
    "A090000V": (_S.INFO_RECEIVED, None),  # Prerregistrado: envío prerregistrado en el sistema
    "SR01000V": (_S.INFO_RECEIVED, None),  # SR: to be fetched at the sender's
    "SR05000V": (_S.INFO_RECEIVED, None),
    "SR070B0R": (_S.INFO_RECEIVED, None),
    "SR070C0R": (_S.INFO_RECEIVED, None),
    "SR070D0R": (_S.INFO_RECEIVED, None),
    "SR070G0R": (_S.INFO_RECEIVED, None),
    "SR070I0R": (_S.INFO_RECEIVED, None),
    "SR070J0R": (_S.INFO_RECEIVED, None),
    "SR070S0R": (_S.INFO_RECEIVED, None),
    "SR070U0R": (_S.INFO_RECEIVED, None),
    "SR070Y0R": (_S.INFO_RECEIVED, None),
    "SR080A0R": (_S.INFO_RECEIVED, None),
    "SR080E0R": (_S.INFO_RECEIVED, None),
    "SR080F0R": (_S.INFO_RECEIVED, None),
    "SR080M0R": (_S.INFO_RECEIVED, None),
    "SR080N0R": (_S.INFO_RECEIVED, None),
    "SR080O0R": (_S.INFO_RECEIVED, None),
    "SR080R0R": (_S.INFO_RECEIVED, None),
    "SR080W0R": (_S.INFO_RECEIVED, None),
    "SR09000R": (_S.INFO_RECEIVED, None),
    # On the way.
    "A010000V": (_S.IN_TRANSIT, None),  # Admitido
    "ADV0000V": (_S.IN_TRANSIT, None),  # Devolución admitida: a return under its own number
    "C010000V": (_S.IN_TRANSIT, None),  # Salida de oficina de cambio
    "F010000V": (_S.IN_TRANSIT, None),  # Salida de oficina de cambio de destino
    "G01L010V": (_S.IN_TRANSIT, None),  # Alta en la unidad de reparto
    "G200000V": (_S.IN_TRANSIT, None),  # Alta en la unidad de reparto
    "H01I360V": (_S.IN_TRANSIT, None),
    "P040000V": (_S.IN_TRANSIT, None),  # Clasificado: envío clasificado en centro logístico
    "P090000V": (_S.IN_TRANSIT, None),
    "P100000V": (_S.IN_TRANSIT, None),
    "P101110V": (_S.IN_TRANSIT, None),
    "P101120V": (_S.IN_TRANSIT, None),
    "P110000V": (_S.IN_TRANSIT, None),
    "X010000V": (_S.IN_TRANSIT, None),  # Accepted abroad
    "X020000V": (_S.IN_TRANSIT, None),
    "X040000V": (_S.IN_TRANSIT, None),
    "X060000V": (_S.IN_TRANSIT, None),
    "X070000V": (_S.IN_TRANSIT, None),
    "X110100V": (_S.IN_TRANSIT, None),
    # On the last way.
    "H020000V": (_S.OUT_FOR_DELIVERY, None),  # En reparto
    "H250000V": (_S.OUT_FOR_DELIVERY, None),  # En reparto
    "X080000V": (_S.OUT_FOR_DELIVERY, None),
    # Tried in vain. Why stands in the prose (`reason`), unless the code says it.
    "H010930R": (_S.ATTEMPT_FAILED, None),
    "H01R390V": (_S.ATTEMPT_FAILED, None),  # Realizado intento de entrega
    "H01R420V": (_S.ATTEMPT_FAILED, Reason.ABSENT),  # Intento de entrega. Ausente
    "H06P010V": (_S.ATTEMPT_FAILED, None),
    "M01E020R": (_S.ATTEMPT_FAILED, None),
    "X090060R": (_S.ATTEMPT_FAILED, None),
    "X090100R": (_S.ATTEMPT_FAILED, None),
    "X130000R": (_S.ATTEMPT_FAILED, None),
    # To be collected.
    "H01I350V": (_S.AVAILABLE_FOR_PICKUP, None),  # En oficina
    "L010000V": (_S.AVAILABLE_FOR_PICKUP, None),  # En oficina, lista de Correos
    "X380000V": (_S.AVAILABLE_FOR_PICKUP, None),
    "X390000V": (_S.AVAILABLE_FOR_PICKUP, None),
    # Handed over. ENVÍO ENTREGADO
    "I010000V": (_S.DELIVERED, None),  # Entregado: envío entregado al destinatario o autorizado
    "I010110V": (_S.DELIVERED, None),
    "I010120V": (_S.DELIVERED, None),
    "I010130V": (_S.DELIVERED, None),
    "I010400V": (_S.DELIVERED, None),
    "I0104E0V": (_S.DELIVERED, None),
    "I011010V": (_S.DELIVERED, None),
    "I011020V": (_S.DELIVERED, None),
    "I011030V": (_S.DELIVERED, None),
    "I01E030V": (_S.DELIVERED, None),
    "I01E070V": (_S.DELIVERED, None),
    "I01E090V": (_S.DELIVERED, None),
    "I01E410V": (_S.DELIVERED, None),
    "I01H010V": (_S.DELIVERED, None),
    "I01H030V": (_S.DELIVERED, None),
    "I01H040V": (_S.DELIVERED, None),
    "I01H050V": (_S.DELIVERED, None),
    "I01H060V": (_S.DELIVERED, None),
    "I01H210V": (_S.DELIVERED, None),  # Entregado
    "I01H220V": (_S.DELIVERED, None),
    "I01H230V": (_S.DELIVERED, None),
    "X120000V": (_S.DELIVERED, None),
    # Called off at the counter. ENVÍO ANULADO
    "A040000R": (_S.EXCEPTION, Reason.CANCELLED),
    "A060000R": (_S.EXCEPTION, Reason.CANCELLED),
    # Going back. ENVÍO DEVUELTO
    "I020000V": (_S.RETURNED_TO_SENDER, None),
    "L01R380V": (_S.RETURNED_TO_SENDER, None),
    "L020000V": (_S.RETURNED_TO_SENDER, None),
    "L030000R": (_S.RETURNED_TO_SENDER, None),
    "L030000V": (_S.RETURNED_TO_SENDER, None),
    "L031060R": (_S.RETURNED_TO_SENDER, None),
    "L031070R": (_S.RETURNED_TO_SENDER, None),
    "L03D010R": (_S.RETURNED_TO_SENDER, None),
    "L03D100R": (_S.RETURNED_TO_SENDER, None),
    "L03D130R": (_S.RETURNED_TO_SENDER, None),
    "L03D230R": (_S.RETURNED_TO_SENDER, None),
    "L03D240R": (_S.RETURNED_TO_SENDER, None),
    "L03D270V": (_S.RETURNED_TO_SENDER, None),
    "L03D300R": (_S.RETURNED_TO_SENDER, None),
    "L03D320R": (_S.RETURNED_TO_SENDER, Reason.NOT_COLLECTED),  # Finalizado plazo retirada
    "L03D360R": (_S.RETURNED_TO_SENDER, None),
    "L03D370R": (_S.RETURNED_TO_SENDER, None),
    "L03DR40V": (_S.RETURNED_TO_SENDER, None),
    "L03I270R": (_S.RETURNED_TO_SENDER, None),
    "L060000R": (_S.RETURNED_TO_SENDER, None),
    "L060100R": (_S.RETURNED_TO_SENDER, None),
    "L060110R": (_S.RETURNED_TO_SENDER, None),
    "L060120R": (_S.RETURNED_TO_SENDER, None),
    "L060130R": (_S.RETURNED_TO_SENDER, None),
    "L060140R": (_S.RETURNED_TO_SENDER, None),
    "L060150R": (_S.RETURNED_TO_SENDER, None),
    "L060160R": (_S.RETURNED_TO_SENDER, None),
    "L060170R": (_S.RETURNED_TO_SENDER, None),
    "L060180R": (_S.RETURNED_TO_SENDER, None),
    "L060190R": (_S.RETURNED_TO_SENDER, None),
    "L060200R": (_S.RETURNED_TO_SENDER, None),
    "L060210R": (_S.RETURNED_TO_SENDER, None),
    "L060220R": (_S.RETURNED_TO_SENDER, None),
    "L060230R": (_S.RETURNED_TO_SENDER, None),
    "L060240R": (_S.RETURNED_TO_SENDER, None),
    "L060250R": (_S.RETURNED_TO_SENDER, None),
    "L060260R": (_S.RETURNED_TO_SENDER, None),
    "L060270R": (_S.RETURNED_TO_SENDER, None),
    "L060280R": (_S.RETURNED_TO_SENDER, None),
    "L060290R": (_S.RETURNED_TO_SENDER, None),
    "L060990R": (_S.RETURNED_TO_SENDER, None),
    "O130000V": (_S.RETURNED_TO_SENDER, None),
    "O140000V": (_S.RETURNED_TO_SENDER, None),
    "X170000V": (_S.RETURNED_TO_SENDER, None),
}

#: Codes that went as they should, by how they begin: sorted, sent on, arrived at the next centre.
FAMILIES: dict[str, Meaning] = {
    "P0": (_S.IN_TRANSIT, None),
    "P10": (_S.IN_TRANSIT, None),
    "P11": (_S.IN_TRANSIT, None),
}
_FAMILY = re.compile(r"(P0|P10|P11)[A-Z0-9]+V")

#: Why, in the prose of a failed attempt or a return, in Spanish or English; lower case, the first that occurs counts.
_REASONS: tuple[tuple[str, Reason], ...] = (
    ("ausente", Reason.ABSENT),
    ("absent", Reason.ABSENT),
    ("rehusad", Reason.REFUSED),
    ("rechazad", Reason.REFUSED),
    ("refused", Reason.REFUSED),
    ("dirección incorrecta", Reason.ADDRESS),
    ("dirección incompleta", Reason.ADDRESS),
    ("dirección errónea", Reason.ADDRESS),
    ("desconocido", Reason.ADDRESS),
    ("incorrect address", Reason.ADDRESS),
    ("cerrado", Reason.CLOSED),
    ("closed", Reason.CLOSED),
    ("finalizado plazo", Reason.NOT_COLLECTED),
    ("finalizado el plazo", Reason.NOT_COLLECTED),
    ("no retirado", Reason.NOT_COLLECTED),
    ("not collected", Reason.NOT_COLLECTED),
    ("aduana", Reason.CUSTOMS),
    ("customs", Reason.CUSTOMS),
    ("dañad", Reason.DAMAGED),
    ("damaged", Reason.DAMAGED),
    ("reembolso", Reason.PAYMENT),
)
_LENGTH = 8
_TROUBLE = frozenset({_S.ATTEMPT_FAILED, _S.EXCEPTION, _S.RETURNED_TO_SENDER})


def meaning(code: str, prose: str) -> Meaning:
    """What an event says. The prose is asked for the reason only, and never for the status."""
    code = code.upper()
    family = _FAMILY.fullmatch(code)
    status, reason = CODES.get(code) or (FAMILIES[family[1]] if family and len(code) == _LENGTH else (_S.UNKNOWN, None))
    if status in _TROUBLE and reason is None:
        words = prose.casefold()
        reason = next((why for said, why in _REASONS if said in words), None)
    return status, reason
