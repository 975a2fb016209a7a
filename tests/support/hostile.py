"""Text that attacks any program that displays it, and a strict HTML parser.

The attacks are scripts, event handlers, styles, URLs, and terminal escapes.
"""

import html5lib

from claimcheck import Document, Settings, summarize
from tests.support.scripted import ScriptedClient, answer, claim, response

_RUN = "window.pwned=1"
HOSTILE = [
    f"<script>{_RUN}</script>",
    f"</script><script>{_RUN}</script>",
    f"<img src=x onerror={_RUN}>",
    f"<svg onload={_RUN}>",
    f"<svg><script>{_RUN}</script></svg>",
    f"<iframe srcdoc='<script>parent.{_RUN}</script>'></iframe>",
    f"<body onload={_RUN}>",
    f"<input autofocus onfocus={_RUN}>",
    f"<details open ontoggle={_RUN}>",
    f"<video><source onerror={_RUN}></video>",
    f"<a href='javascript:{_RUN}'>x</a>",
    f"<math><mtext></mtext><script>{_RUN}</script></math>",
    f"<style>@import 'http://127.0.0.1/x';</style><style onload={_RUN}>",
    f"<link rel=stylesheet href=x onerror={_RUN}>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1/'>",
    f"<base href='javascript:{_RUN}//'>",
    f"<form action='javascript:{_RUN}'><button>x</button></form>",
    f"<object data='javascript:{_RUN}'></object>",
    f"<embed src='javascript:{_RUN}'>",
    f"\" onmouseover={_RUN} \"",
    f"' onfocus={_RUN} autofocus '",
    f"\"><script>{_RUN}</script>",
    f"--><script>{_RUN}</script><!--",
    f"]]><script>{_RUN}</script>",
    f"</title><script>{_RUN}</script>",
    f"</style><script>{_RUN}</script>",
    f"</textarea><script>{_RUN}</script>",
    "{{ cycler.__init__.__globals__ }}{% raw %}",
    f"&lt;script&gt;{_RUN}&lt;/script&gt;",
    f"<scr\u0000ipt>{_RUN}</script>".replace("\u0000", "\u0001"),
    f"<template><script>{_RUN}</script></template>",
    "\u202e reversed \u2066 isolated",
    "\x1b[31mred\x85\x9b",
]  # fmt: skip


def hostile_run():
    """Return a run in which every text of the document and the model is hostile."""
    text = "\n\n".join(f"The mayor said {part} on Monday." for part in HOSTILE)
    document = Document.from_text(text, source=HOSTILE[21], title=HOSTILE[24])
    claims = [
        claim(
            f"The mayor said {part} on Monday.",
            part,
            speaker=part,
        )
        for part in HOSTILE
    ]
    hostile_answer = answer(*claims, headline=HOSTILE[0]) | {
        "sentences": [{"text": HOSTILE[2], "claims": [1]}],
        "key_points": [{"text": HOSTILE[3], "claims": [2]}],
        "positions": [{"party": HOSTILE[10], "position": HOSTILE[4], "claims": [3]}],
        "open_questions": [HOSTILE[5]],
    }
    settings = Settings(engine="llm", model="scripted", max_claims=100)
    return summarize(
        document,
        settings=settings,
        client=ScriptedClient([response(hostile_answer)] * 9),
    )


def parse_strictly(text):
    """Parse HTML and return the tree; raise on any syntax error."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
