"""claimcheck for other programs and for browsers: a server of tools (MCP), and a page with an HTTP API. Layer 7."""
