"""Full-text search over the terms of the chunks, kept right by the database itself."""

from django.db import migrations

SQLITE = [
    """
    CREATE VIRTUAL TABLE retrieval_terms USING fts5(
        terms, content='retrieval_chunk', content_rowid='id',
        tokenize="unicode61 remove_diacritics 0 tokenchars '_'"
    )
    """,
    "CREATE VIRTUAL TABLE retrieval_vocabulary USING fts5vocab('retrieval_terms', 'row')",
    """
    CREATE TRIGGER retrieval_terms_insert AFTER INSERT ON retrieval_chunk BEGIN
        INSERT INTO retrieval_terms(rowid, terms) VALUES (new.id, new.terms);
    END
    """,
    """
    CREATE TRIGGER retrieval_terms_delete AFTER DELETE ON retrieval_chunk BEGIN
        INSERT INTO retrieval_terms(retrieval_terms, rowid, terms)
        VALUES ('delete', old.id, old.terms);
    END
    """,
    """
    CREATE TRIGGER retrieval_terms_update AFTER UPDATE OF terms ON retrieval_chunk BEGIN
        INSERT INTO retrieval_terms(retrieval_terms, rowid, terms)
        VALUES ('delete', old.id, old.terms);
        INSERT INTO retrieval_terms(rowid, terms) VALUES (new.id, new.terms);
    END
    """,
]
SQLITE_BACK = [
    "DROP TRIGGER retrieval_terms_update",
    "DROP TRIGGER retrieval_terms_delete",
    "DROP TRIGGER retrieval_terms_insert",
    "DROP TABLE retrieval_vocabulary",
    "DROP TABLE retrieval_terms",
]
POSTGRESQL = [
    """
    ALTER TABLE retrieval_chunk ADD COLUMN terms_vector tsvector
    GENERATED ALWAYS AS (
        array_to_tsvector(array_remove(string_to_array(terms, ' '), ''))
    ) STORED
    """,
    "CREATE INDEX retrieval_chunk_terms ON retrieval_chunk USING gin (terms_vector)",
]
POSTGRESQL_BACK = ["ALTER TABLE retrieval_chunk DROP COLUMN terms_vector"]


def run(**statements):
    def apply(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement)

    return apply


class Migration(migrations.Migration):
    dependencies = [("retrieval", "0001_initial")]

    operations = [
        migrations.RunPython(
            run(sqlite=SQLITE, postgresql=POSTGRESQL),
            run(sqlite=SQLITE_BACK, postgresql=POSTGRESQL_BACK),
        )
    ]
