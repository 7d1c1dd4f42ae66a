"""Services in one process, on real tables and without a broker: what stories are told with."""

from shared.testing.suite import MORNING, Delivery, Order, Suite

__all__ = ["MORNING", "Delivery", "Order", "Suite"]
