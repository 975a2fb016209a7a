"""A local page and an HTTP API (extra `web`): one request is one job, and who goes away cancels it."""
