"""The site's own settings for a server that tests run, whose static files are its own.

Two servers that start at once would otherwise collect into one folder.
"""

import os
from pathlib import Path

from tests.site.settings import *  # noqa: F403

STATIC_ROOT = Path(os.environ["STATIC_ROOT"])
