"""Serves claimcheck as a web page, an HTTP API, and an MCP server."""
