"""The pages of docs/ that are made from the code say what the code says."""

import pytest

from app import documentation


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", sorted(documentation.PAGES))
def test_a_generated_page_is_up_to_date(app, name):
    path = documentation.FOLDER / name
    assert path.exists(), f"docs/{name} is missing; write it with: flask --app wsgi docs"
    with app.app_context():
        made = documentation.PAGES[name](app)
    assert path.read_text(encoding="utf-8") == made, f"docs/{name} is out of date; write it with: flask --app wsgi docs"
