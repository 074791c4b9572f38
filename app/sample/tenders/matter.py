"""A story's tender on its way: what the bidders, the draw and the committee share about it."""

from app.common.calendar_days import load_calendar
from app.extensions import db
from app.sample.agenda import Agenda
from app.sample.people import actor
from app.sample.tenders.stories import Story
from app.tenders.models import Tender


class Matter:
    def __init__(self, story: Story, agenda: Agenda):
        self.story, self.agenda = story, agenda
        self.tender_id: int | None = None
        self.days = load_calendar()

    @property
    def tender(self) -> Tender:
        return db.session.get(Tender, self.tender_id)

    @property
    def manager(self):
        return actor(self.story.by)

    @property
    def officer(self):
        """The filing officer of the tender's district."""
        return actor({"410402": "officer.xinhua", "410403": "officer.weidong", "410411": "officer.zhanhe"}[self.tender.division_code[:6]])
