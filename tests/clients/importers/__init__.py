"""Programs of others that read OpenAPI documents, and make tools or clients of them."""
