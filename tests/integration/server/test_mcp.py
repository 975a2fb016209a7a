"""The `mcp` command, as a process that speaks on its standard streams."""

import asyncio
import sys

FERRY = "The night ferry carries 900 passengers. It was built in Gdansk in 1998."


def test_serves_mcp_on_standard_streams(tmp_path):
    # All workers import this file, and the package takes a second.
    from mcp import Client, StdioServerParameters

    async def run():
        command = StdioServerParameters(
            command=sys.executable,
            args=["-m", "claimcheck", "mcp", "--engine", "extractive"],
            cwd=str(tmp_path),
        )
        async with Client(command) as client:
            return await client.call_tool("extract_claims", {"text": FERRY})

    result = asyncio.run(run())
    assert [claim["quote"] for claim in result.structured_content["claims"]] == [
        "The night ferry carries 900 passengers.",
        "It was built in Gdansk in 1998.",
    ]
