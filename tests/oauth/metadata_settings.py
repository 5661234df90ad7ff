"""The site's own settings for a server that tests run, and that reads documents there."""

from tests.live_settings import *  # noqa: F403
from tests.live_settings import OAUTH2_PROVIDER

OAUTH2_PROVIDER = {
    **OAUTH2_PROVIDER,
    "DCR_ENABLED": True,
    "CIMD_ENABLED": True,
    "CIMD_METADATA_FETCHER": "tests.oauth.metadata_server.LoopbackFetcher",
}
