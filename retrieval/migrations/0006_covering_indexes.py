"""Indexes of what documents are filtered by, with the ids, which PostgreSQL need not look up."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('retrieval', '0005_loads'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='document',
            name='document_source',
        ),
        migrations.RemoveIndex(
            model_name='document',
            name='document_source_id',
        ),
        migrations.RemoveIndex(
            model_name='document',
            name='document_author',
        ),
        migrations.RemoveIndex(
            model_name='document',
            name='document_created_at',
        ),
        migrations.AddIndex(
            model_name='document',
            index=models.Index(fields=['collection', 'source', 'id'], name='document_source'),
        ),
        migrations.AddIndex(
            model_name='document',
            index=models.Index(fields=['collection', 'source_id', 'id'], name='document_source_id'),
        ),
        migrations.AddIndex(
            model_name='document',
            index=models.Index(fields=['collection', 'author', 'id'], name='document_author'),
        ),
        migrations.AddIndex(
            model_name='document',
            index=models.Index(fields=['collection', 'created_at', 'id'], name='document_created_at'),
        ),
    ]
