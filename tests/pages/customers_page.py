"""The Customers page of an engagement as the tests ask for it. Used by the tests of that page."""


def url_of(engagement, **asked) -> str:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"/incentives/engagements/{engagement.slug}/customers/" + (f"?{query}" if query else "")


def rows(client, engagement, **asked) -> list[dict]:
    answer = client.get(url_of(engagement, **asked))
    assert answer.status_code == 200, answer.content.decode()
    return answer.context["rows"]


def names(client, engagement, **asked) -> list[str]:
    return [row["name"] for row in rows(client, engagement, **asked)]
