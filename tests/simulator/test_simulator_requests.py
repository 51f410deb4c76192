"""The list of what was asked, and of what was refused of it."""

from simulator_client import Connect

from simulator.requests import RequestLog


async def test_the_oldest_requests_leave_the_list(connect: Connect) -> None:
    client = await connect()
    log = client.simulator.requests
    log.limit = 3
    for number in range(5):
        await client.ask(f"query Number{number} {{ viewer {{ id }} }}")
    assert [record.operation for record in log] == ["Number2", "Number3", "Number4"]
    assert log.total == 6  # signing in was the first


def test_the_list_is_bounded() -> None:
    assert RequestLog().limit == 10_000


async def test_what_was_refused_is_listed_with_reasons(connect: Connect) -> None:
    client = await connect()
    await client.ask("query Fine { viewer { id } }")
    await client.ask("query Unknown { viewer { nothing } }")
    await client.ask(
        "query Partly($number: String!) { account(accountNumber: $number) { number notes { id } } }",
        number=client.number,
    )
    await client.ask("query Unreadable {")
    unknown, partly, unreadable = client.simulator.requests.refused
    assert (unknown.operation, unknown.status) == ("Unknown", 400)
    assert unknown.reasons == ("Cannot query field 'nothing' on type 'AccountUser'.",)
    assert (partly.operation, partly.status) == ("Partly", 200)
    assert partly.reasons == ("KT-CT-1111: Unauthorized. (at account.notes)",)
    assert (unreadable.operation, unreadable.status) == (None, 400)
    assert unreadable.reasons[0].startswith("Syntax Error")
    async with client.session.get(f"{client.simulator.base_url}/_simulator/refused") as answer:
        listed = (await answer.json())["refused"]
    assert [item["operation"] for item in listed] == ["Unknown", "Partly", None]
    assert listed[0] == {
        "at": unknown.at.isoformat(),
        "operation": "Unknown",
        "fields": ["viewer"],
        "status": 400,
        "reasons": ["Cannot query field 'nothing' on type 'AccountUser'."],
    }


async def test_no_secret_is_quoted_in_a_reason(connect: Connect) -> None:
    client = await connect(sign_in=False)
    query = "mutation In($input: ObtainJSONWebTokenInput!) { obtainKrakenToken(input: $input) { token } }"
    await client.ask(query, input={"email": "a@example.com", "password": "open sesame", "pin": "1"})
    (record,) = client.simulator.requests.refused
    assert "'pin'" in "".join(record.reasons) or '"pin"' in "".join(record.reasons)
    assert "(secret)" in "".join(record.reasons)
    assert "sesame" not in repr(record)
    assert "a@example.com" not in repr(record)
