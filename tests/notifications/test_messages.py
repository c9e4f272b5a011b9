"""Messages: with their cause, once, to their receiver."""

import pytest

from marketplace import notifications
from marketplace.extensions import atomic


def test_a_message_is_read_by_its_receiver(session):
    with atomic():
        first = notifications.enqueue("order.placed", 5, "zh_Hans", {"order": "A1"})
        notifications.enqueue("order.shipped", 5, "zh_Hans", {"order": "A1"})
        notifications.enqueue("payout.sent", "member:7", "en", {})
    assert [m.template for m in notifications.list_for(5, limit=10)] == ["order.shipped", "order.placed"]
    assert [m.template for m in notifications.list_for("member:7", limit=10)] == ["payout.sent"]
    assert notifications.list_for(7, limit=10) == []
    assert notifications.count_for(5, unread=True) == 2
    with atomic():
        assert notifications.mark_read(5, first.id) == 1
        assert notifications.mark_read(5, first.id) == 0
    assert (notifications.count_for(5), notifications.count_for(5, unread=True)) == (2, 1)


def test_once_per_cause(session):
    with atomic():
        first = notifications.enqueue("order.placed", 5, "en", {"n": 1}, dedupe="order:1:placed")
        again = notifications.enqueue("order.placed", 5, "en", {"n": 2}, dedupe="order:1:placed")
    assert (first.id, again.parameters) == (again.id, {"n": 1})


def test_no_cause_no_message(session):
    with pytest.raises(ZeroDivisionError), atomic():
        notifications.enqueue("order.placed", 5, "en", {})
        _ = 1 // 0
    assert notifications.count_for(5) == 0
