"""What the tests of handing in begin with: a tender that two enterprises may bid for, and the first one's signed-in program."""

import pytest

from tests.tenders import bid_stories as stories
from tests.tenders.sealing.tus import Program


@pytest.fixture
def story(session, clock):
    found = stories.published()
    found.bidders = [stories.enterprise(1, stories.NAMES[0]), stories.enterprise(2, stories.NAMES[1])]
    clock.set(stories.IN_TIME)
    return found


@pytest.fixture
def program(story, client, sign_in) -> Program:
    sign_in(client, story.bidders[0][1])
    return Program(client)
