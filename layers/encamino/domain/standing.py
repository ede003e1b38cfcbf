"""What one may want to know of an order besides its status, to say the right thing of money, parcels and returns."""

import re

from encamino.domain.fact import FactType
from encamino.domain.order import Order, Payment

#: What shops call paying on delivery: there is no code for it, each names it in its own language.
_ON_DELIVERY = re.compile(
    r"\bcod\b|(cash|pay|payment) (on|upon) delivery|contra[ -]?ree?mbolso|contra[ -]?entrega"
    r"|(pago|efectivo) (a la entrega|al recibir)|contra[ -]?reemborsament|pagament (a l.entrega|al lliurament)"
    r"|contrassegno|(pagamento|contanti) alla consegna|contre[ -]?remboursement|paiement à la livraison"
    r"|nachnahme|(pagamento|dinheiro) na entrega|à cobrança",
    re.IGNORECASE,
)
_RETURNS = frozenset(
    {
        FactType.RETURN_REQUESTED, FactType.RETURN_APPROVED, FactType.RETURN_IN_TRANSIT, FactType.RETURN_RECEIVED,
        FactType.RETURN_REFUNDED, FactType.RETURN_EXCHANGED,
    }
)  # fmt: skip


def on_delivery(order: Order) -> bool:
    """It is still to be paid, and will be when it is handed over."""
    method = order.details.payment_method if order.details else None
    return order.payment is Payment.AWAITING and bool(method and _ON_DELIVERY.search(method))


def left_unpaid(order: Order) -> bool:
    """It left, or part of it did, before it was paid for: then nobody need be told that it is being packed."""
    paid = min((m.first for m in order.told(FactType.ORDER_PAID)), default=None)
    left = [s.registered_at for s in order.travelling] + [m.first for m in order.told(FactType.ORDER_SHIPPED)]
    return bool(left) and (paid is None or min(left) < paid)


def returning(order: Order) -> bool:
    """Something of it goes back, or wants to: a return that the shop did not decline."""
    declined = {m.subject for m in order.told(FactType.RETURN_DECLINED)}
    return any(m.type in _RETURNS and m.subject not in declined for m in order.milestones)
