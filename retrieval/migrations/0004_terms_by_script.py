"""Marks, which are letters in many scripts, are kept in terms; a collection says how its are made."""

from django.db import migrations, models

TERMS = """
    CREATE VIRTUAL TABLE retrieval_terms USING fts5(
        terms, content='retrieval_chunk', content_rowid='id',
        tokenize="unicode61 remove_diacritics 0 {categories} tokenchars '_'"
    )
"""
VOCABULARY = "CREATE VIRTUAL TABLE retrieval_vocabulary USING fts5vocab('retrieval_terms', 'row')"
REBUILD = "INSERT INTO retrieval_terms(retrieval_terms) VALUES ('rebuild')"


def tokenized(categories):
    """Make SQLite's index anew, over the chunks that there are; PostgreSQL's takes any term."""

    def apply(apps, schema_editor):
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute("DROP TABLE retrieval_vocabulary")
            schema_editor.execute("DROP TABLE retrieval_terms")
            schema_editor.execute(TERMS.format(categories=categories))
            schema_editor.execute(VOCABULARY)
            schema_editor.execute(REBUILD)

    return apply


class Migration(migrations.Migration):
    dependencies = [("retrieval", "0003_compose_names")]

    operations = [
        migrations.AddField(
            model_name="collection",
            name="terms_version",
            field=models.PositiveSmallIntegerField(
                default=1, help_text="The rule that made its chunks' terms."
            ),
        ),
        migrations.AddField(
            model_name="collection",
            name="terms_done",
            field=models.PositiveBigIntegerField(
                default=0, help_text="The last chunk that was given the terms of the next rule."
            ),
        ),
        migrations.RunPython(tokenized("categories 'L* N* M* Co'"), tokenized("")),
    ]
