"""GraphQL: documents, requests, errors."""
