"""What axe, the checker of accessibility, finds on a page."""

import pytest
from playwright.sync_api import Page


def violations(page: Page) -> list[str]:
    """Return the rules that a page breaks, each with where."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page).response["violations"]
    return [f"{each['id']}: {[node['target'] for node in each['nodes']]}" for each in found]
