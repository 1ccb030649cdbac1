"""An order of very many lines."""

from datetime import UTC, datetime

from inregel.ledger.base import NewOrder, Order, OrderLine
from inregel.work import readable


def order(number: int) -> Order:
    lines = tuple(OrderLine("assu.postbus", f"I09{i}", "do", "assu.link_postbus", {}) for i in range(number))
    text = "# Postbus koppelen\n\n1. Start **Assu**.\n"
    new = NewOrder("a", "id", "assu/wizard", "contact", "Ria", "Postbus koppelen", "nl", text, {}, lines)
    return Order("W1", new, "open", datetime(2026, 11, 20, tzinfo=UTC), "0" * 64)


def test_the_lines_of_a_long_order_are_counted_below_its_title() -> None:
    assert readable(order(5_000)).startswith(
        "# Postbus koppelen\n\n5,000 lines: assu.postbus 5,000.\n\n1. Start **Assu**.\n"
    )
    assert readable(order(49)).startswith("# Postbus koppelen\n\n1. Start **Assu**.\n")
