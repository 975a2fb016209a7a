"""Labeled rows for tests of the evaluation."""

FERRY = "The night ferry carries 900 passengers. It was built in Gdansk in 1998."
ROWS = [
    {
        "claim": "The night ferry carries 900 passengers.",
        "document": FERRY,
        "supported": True,
        "doc_id": "a",
    },
    {
        "claim": "The night ferry carries 700 passengers.",
        "document": FERRY,
        "supported": False,
        "doc_id": "a",
    },
    {
        "claim": "It was built in Gdansk in 1998.",
        "document": FERRY,
        "supported": True,
        "doc_id": "b",
    },
    {
        "claim": "The captain comes from Malmö.",
        "document": FERRY,
        "supported": False,
        "doc_id": "b",
    },
]
