"""The sample's tenders: a table of stories, what bidders write and evaluators give, and the steps that a story takes."""
