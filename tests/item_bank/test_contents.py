from uuid import uuid4

from item_bank.contents import RecentContents
from tests.item_bank.examples import a_content


def test_what_was_used_least_recently_goes_first() -> None:
    recent = RecentContents(limit=2)
    first, second, third = uuid4(), uuid4(), uuid4()
    content = a_content()
    recent.keep(first, content)
    recent.keep(second, content)
    assert recent.find(first) is content
    recent.keep(third, content)
    assert recent.find(second) is None
    assert recent.find(first) is content
    assert recent.find(third) is content
    assert len(recent) == 2
