"""How long things are kept, by the shop's own settings."""

from datetime import timedelta

from encamino.domain.shop import Retention

#: Queues keep a dead letter for 14 days (infra/store.yaml); why it died is known a little longer.
OF_TROUBLES = timedelta(days=15)
#: No shop may keep raw deliveries for longer.
LONGEST_OF_DELIVERIES = timedelta(days=366)
_MONTH = timedelta(days=365) / 12


def of_orders(retention: Retention) -> timedelta:
    """An order and all that belongs to it, from its last change."""
    return retention.orders_months * _MONTH


def of_deliveries(retention: Retention) -> timedelta:
    """Raw deliveries."""
    return timedelta(days=retention.deliveries_days)


def of_renders(retention: Retention) -> timedelta:
    """What was sent, word for word."""
    return timedelta(days=retention.renders_days)
