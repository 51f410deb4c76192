"""The three ways to read half hours, and where they are refused."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from simulator_client import NOW, Client, Connect

DAY = timedelta(days=1)
MONTH = NOW - 31 * DAY


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _values(rows: list[dict[str, Any]], start: str = "startAt") -> dict[datetime, Decimal]:
    return {_at(row[start]): Decimal(row["value"]) for row in rows}


async def test_half_hours_are_the_truth(connect: Connect) -> None:
    client = await connect()
    rows = await client.half_hours(MONTH, NOW)
    assert _values(rows) == client.simulator.truth.half_hours(client.spin, MONTH, NOW)
    assert [row["startAt"] for row in rows] == sorted(row["startAt"] for row in rows)


async def test_windows_are_half_open_by_start(connect: Connect) -> None:
    client = await connect()
    rows = await client.half_hours(NOW - 20 * DAY, NOW - 18 * DAY)
    assert len(rows) == 96
    assert _at(rows[0]["startAt"]) == NOW - 20 * DAY
    assert _at(rows[-1]["endAt"]) == NOW - 18 * DAY


async def test_only_the_newest_1488_rows_answer(connect: Connect) -> None:
    client = await connect()
    start, end = NOW - 100 * DAY, NOW - 10 * DAY
    rows = await client.half_hours(start, end)
    truth = client.simulator.truth.half_hours(client.spin, start, end)
    assert len(rows) == 1488 < len(truth)
    assert list(_values(rows)) == list(truth)[-1488:]


@pytest.mark.parametrize(
    "selection",
    [
        "startAt endAt value costEstimate version consumptionRateBand consumptionStep",
        "begin: startAt value value kwh: value",
        "__typename startAt",
        "... on ElectricityHalfHourReading { startAt } value",
        "startAt @include(if: true) value @skip(if: true)",
    ],
)
async def test_rows_are_the_same_by_the_short_way_and_by_the_long(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, selection: str
) -> None:
    client = await connect()
    query = f"""query ($number: String!, $from: DateTime, $to: DateTime) {{ account(accountNumber: $number) {{ properties {{
      electricitySupplyPoints {{ halfHourlyReadings(fromDatetime: $from, toDatetime: $to) {{ {selection} }} }} }} }} }}"""
    window = {"from": (NOW - 40 * DAY).isoformat(), "to": (NOW - 30 * DAY).isoformat()}
    short = await client.ask(query, number=client.number, **window)
    monkeypatch.setattr("simulator.api.readings.quick", lambda context, rows: rows)
    long = await client.ask(query, number=client.number, **window)
    assert (short.status, short.codes) == (200, [])
    assert short.body == long.body
    (point,) = short.data["account"]["properties"][0]["electricitySupplyPoints"]
    assert len(point["halfHourlyReadings"]) == 480


async def test_windows_of_any_time_are_answered(connect: Connect) -> None:
    client = await connect()
    far = datetime.fromisoformat("9999-12-31T00:00:00+00:00")
    early = datetime.fromisoformat("0001-01-02T00:00:00+00:00")
    assert await client.half_hours(far - DAY, far) == []
    assert await client.half_hours(early, early + DAY) == []
    assert len(await client.half_hours(early, far)) == 1488
    assert await client.half_hours(NOW, NOW - DAY) == []


async def test_nothing_older_than_31_days_when_switched(connect: Connect) -> None:
    client = await connect()
    client.household.supply_points[0].unlisted_beyond_31_days = True
    assert await client.half_hours(NOW - 60 * DAY, MONTH) == []
    assert min(_values(await client.half_hours(NOW - 60 * DAY, NOW))) >= MONTH


async def test_defaults_mean_everything(connect: Connect) -> None:
    client = await connect()
    answer = await client.ask(
        """query ($number: String!, $code: String) { account(accountNumber: $number) { properties {
          electricitySupplyPoints { halfHourlyReadings(productCode: $code) { startAt } } } } }""",
        number=client.number,
    )
    assert (
        len(
            answer.data["account"]["properties"][0]["electricitySupplyPoints"][0][
                "halfHourlyReadings"
            ]
        )
        == 1488
    )


@pytest.mark.parametrize(
    ("household", "bands"),
    [
        (
            "green-tokyo",
            {"CONSUMPTION_STEPPED_03_01", "CONSUMPTION_STEPPED_03_02", "CONSUMPTION_STEPPED_03_03"},
        ),
        ("green-kansai", {f"CONSUMPTION_STEPPED_LOW_06_0{step}" for step in (1, 2, 3)}),
        ("simple-kansai", {"CONSUMPTION_06"}),
        ("ev-tokyo", {"CONSUMPTION_03_DAY", "CONSUMPTION_03_NIGHT", "CONSUMPTION_03_STANDARD"}),
        (
            "denka-kansai",
            {"CONSUMPTION_06_LOW_OTHER_DAY", "CONSUMPTION_06_LOW_HOME", "CONSUMPTION_06_LOW_NIGHT"},
        ),
        ("unknown-tou", {"CONSUMPTION_03_DAY", "CONSUMPTION_03_HOME", "CONSUMPTION_03_NIGHT"}),
    ],
)
async def test_bands_and_estimates(connect: Connect, household: str, bands: set[str]) -> None:
    client = await connect(household)
    answer = await client.ask(
        """query ($number: String!, $from: DateTime) { account(accountNumber: $number) { properties {
          electricitySupplyPoints { halfHourlyReadings(fromDatetime: $from) {
            startAt value costEstimate consumptionRateBand consumptionStep } } } } }""",
        number=client.number,
        **{"from": MONTH.isoformat()},
    )
    rows = answer.data["account"]["properties"][0]["electricitySupplyPoints"][0][
        "halfHourlyReadings"
    ]
    seen = {row["consumptionRateBand"] for row in rows}
    assert seen <= bands
    assert len(seen) >= min(2, len(bands))
    assert {row["consumptionStep"] for row in rows} == {0}
    assert all(len(row["costEstimate"].partition(".")[2]) == 2 for row in rows)
    if household == "simple-kansai":
        row = rows[0]
        kwh = Decimal(row["value"])
        cut = Decimal("0.01")
        expected = (kwh * Decimal("26.90")) // cut * cut + (kwh * Decimal("8.47")) // cut * cut
        assert Decimal(row["costEstimate"]) == expected


SUPPLY_POINT = """
query Page($spin: String!, $market: String!, $start: DateTime!, $end: DateTime!, $units: [Units],
           $first: Int, $after: String, $every: TimeGranularities = THIRTY_MIN) {
  supplyPoint(externalIdentifier: $spin, marketName: $market) {
    externalIdentifier marketName
    readings(startAt: $start, endAt: $end, readingType: INTERVAL, timeGranularity: $every, timezone: "UTC",
             units: $units) {
      importReadings(first: $first, after: $after) {
        pageInfo { hasNextPage endCursor } edges { node { intervalStart intervalEnd value units
          qualities { quality value count } } } }
    }
  }
}
"""


async def _page(client: Client, **given: Any) -> Any:
    whole = {"spin": client.spin, "market": "JPN_ELECTRICITY", "first": 99} | given
    return await client.ask(
        SUPPLY_POINT, start=(NOW - 5 * DAY).isoformat(), end=NOW.isoformat(), **whole
    )


async def test_supply_point_readings_page_newest_first(connect: Connect) -> None:
    client = await connect()
    nodes: list[dict[str, Any]] = []
    after = None
    while True:
        answer = await _page(client, after=after)
        readings = answer.data["supplyPoint"]["readings"]["importReadings"]
        nodes += [edge["node"] for edge in readings["edges"]]
        after = readings["pageInfo"]["endCursor"]
        if not readings["pageInfo"]["hasNextPage"]:
            break
    assert client.simulator.requests[-1].points == 17
    assert [node["intervalStart"] for node in nodes] == sorted(
        (n["intervalStart"] for n in nodes), reverse=True
    )
    truth = client.simulator.truth.half_hours(client.spin, NOW - 5 * DAY, NOW)
    assert _values(nodes, "intervalStart") == truth
    assert nodes[0]["units"] == "KILOWATT_HOURS"
    assert nodes[0]["qualities"] == [{"quality": "ACTUAL", "value": nodes[0]["value"], "count": 1}]
    watts = (await _page(client, units=["WATT_HOURS"])).data["supplyPoint"]["readings"][
        "importReadings"
    ]
    assert Decimal(watts["edges"][0]["node"]["value"]) == 1000 * Decimal(nodes[0]["value"])


@pytest.mark.parametrize(("minutes", "rows"), [(0, 2), (1, 2), (29, 2), (30, 3), (31, 3)])
async def test_a_row_that_ends_after_the_end_asked_for_is_not_on_a_page(
    connect: Connect, minutes: int, rows: int
) -> None:
    client = await connect()
    start = NOW - 4 * DAY
    end = start + timedelta(hours=1, minutes=minutes)
    answer = await client.ask(
        SUPPLY_POINT,
        spin=client.spin,
        market="JPN_ELECTRICITY",
        first=99,
        start=start.isoformat(),
        end=end.isoformat(),
    )
    edges = answer.data["supplyPoint"]["readings"]["importReadings"]["edges"]
    assert len(edges) == rows
    assert all(_at(edge["node"]["intervalEnd"]) <= end for edge in edges)
    # The list that is not paged has the row, since it goes by the start.
    assert len(await client.half_hours(start, end)) == 2 + -(-minutes // 30)


async def test_supply_point_mistakes(connect: Connect) -> None:
    client = await connect()
    assert (await _page(client, market="ELECTRICITY")).codes == ["KT-CT-4723"]
    assert (await _page(client, spin="0300000000000000000000")).codes == ["KT-CT-4719"]
    assert (await _page(client, units=["VOLT"])).codes == ["KT-CT-1605"]
    assert (await _page(client, every="DAY")).codes == ["KT-CT-1605"]
    assert (await _page(client, first=None)).codes == ["KT-CT-1201"]
    backwards = SUPPLY_POINT.replace("startAt: $start, endAt: $end", "startAt: $end, endAt: $start")
    whole = {"spin": client.spin, "market": "JPN_ELECTRICITY", "first": 1}
    answer = await client.ask(backwards, start=MONTH.isoformat(), end=NOW.isoformat(), **whole)
    assert answer.codes == ["KT-CT-4720"]
    naive = await client.ask(
        SUPPLY_POINT, start="2026-11-01T00:00:00", end=NOW.isoformat(), **whole
    )
    assert naive.codes == ["KT-CT-1609"]
    nonsense = await client.ask(SUPPLY_POINT, start="yesterday", end=NOW.isoformat(), **whole)
    assert "cannot represent" in nonsense.body["errors"][0]["message"]
    literal = SUPPLY_POINT.replace("startAt: $start", 'startAt: "2026-11-32"').replace(
        "$start: DateTime!,", ""
    )
    assert (await client.ask(literal, end=NOW.isoformat(), **whole)).status == 400


async def test_supply_points_of_an_account(connect: Connect) -> None:
    client = await connect("moved")
    query = """query ($number: String) { supplyPoints(accountNumber: $number, first: 9) {
      totalCount edges { node { externalIdentifier property { id } } } } }"""
    spins = [point.spin for point in client.household.supply_points]
    answer = (await client.ask(query, number=client.household.accounts[1].number)).data[
        "supplyPoints"
    ]
    assert [edge["node"]["externalIdentifier"] for edge in answer["edges"]] == spins[1:]
    assert (await client.ask(query)).data["supplyPoints"]["totalCount"] == 2
    assert (await client.ask(query, number="A-00000000")).codes == ["KT-CT-4178"]


MEASUREMENTS = """
query ($number: String!, $start: DateTime, $on: Date, $until: Date, $zone: String, $filters: [UtilityFiltersInput]) {
  account(accountNumber: $number) { properties {
    measurements(startAt: $start, startOn: $on, endOn: $until, timezone: $zone, utilityFilters: $filters, first: 100) {
      edges { cursor node { value unit source ... on IntervalMeasurementType { startAt endAt durationInSeconds }
        metaData { utilityFilters { ... on ElectricityFiltersOutput { marketSupplyPointId readingDirection } } } } }
      pageInfo { hasNextPage } } } }
}
"""


async def _measured(client: Client, **given: Any) -> list[dict[str, Any]]:
    answer = await client.ask(MEASUREMENTS, number=client.number, **given)
    assert answer.codes == []
    return [
        edge["node"] for edge in answer.data["account"]["properties"][0]["measurements"]["edges"]
    ]


async def test_measurements(connect: Connect) -> None:
    client = await connect("solar-tokyo")
    truth = client.simulator.truth
    roof = client.household.generation_points[0].gpin
    whole = {"on": "2026-11-10", "until": "2026-11-12"}
    nodes = await _measured(client, zone="Asia/Tokyo", **whole)
    start = _at("2026-11-10T00:00:00+09:00")
    assert nodes[0]["startAt"] == "2026-11-10T00:00:00+09:00"
    assert (nodes[0]["unit"], nodes[0]["durationInSeconds"]) == ("kWh", 1800)
    assert _values(nodes) == truth.half_hours(client.spin, start, start + 2 * DAY)
    given = {"readingDirection": "GENERATION", "marketSupplyPointId": client.spin}
    exported = await _measured(client, zone="UTC", filters=[{"electricityFilters": given}], **whole)
    assert exported[0]["startAt"].endswith("+00:00")
    assert exported[0]["metaData"]["utilityFilters"] == {
        "marketSupplyPointId": roof,
        "readingDirection": "GENERATION",
    }
    assert _values(exported) == truth.half_hours(roof, start, start + 2 * DAY)
    other = {"readingDirection": "CONSUMPTION", "marketSupplyPointId": "0300000000000000000000"}
    assert await _measured(client, filters=[{"electricityFilters": other}], **whole) == []
    recent = await _measured(client, start=(NOW - DAY).isoformat())
    assert 0 < len(recent) < 48


async def test_exports(connect: Connect) -> None:
    client = await connect("solar-tokyo")
    roof = client.household.generation_points[0]
    query = """query ($id: String!, $start: DateTime!, $end: DateTime!) {
      supplyPoint(externalIdentifier: $id, marketName: "JPN_ELECTRICITY") {
        readings(startAt: $start, endAt: $end, readingType: INTERVAL) {
          exportReadings(first: 100) { edges { node { intervalStart value } } }
          importReadings(first: 1) { totalCount } } } }"""
    window = {"start": (NOW - 4 * DAY).isoformat(), "end": (NOW - 3 * DAY).isoformat()}
    truth = client.simulator.truth.half_hours(roof.gpin, NOW - 4 * DAY, NOW - 3 * DAY)
    for identifier, imported in ((client.spin, True), (roof.gpin, False)):
        readings = (await client.ask(query, id=identifier, **window)).data["supplyPoint"][
            "readings"
        ]
        assert (
            _values([e["node"] for e in readings["exportReadings"]["edges"]], "intervalStart")
            == truth
        )
        assert bool(readings["importReadings"]["totalCount"]) is imported
    answer = await client.ask(
        """query ($number: String!, $from: DateTime, $to: DateTime) { account(accountNumber: $number) { properties {
          electricityGenerationPoints { gpin status agreements { validFrom validTo product { __typename
            ... on ElectricityFitProduct { code generationCredits { band pricePerUnitIncTax } } } }
            halfHourlyReadings(fromDatetime: $from, toDatetime: $to) { startAt value }
            intervalReadings { startAt value } } } } }""",
        number=client.number,
        **{"from": window["start"], "to": window["end"]},
    )
    point = answer.data["account"]["properties"][0]["electricityGenerationPoints"][0]
    assert (point["gpin"], point["status"]) == (roof.gpin, "UNDER_CONTRACT")
    assert point["agreements"][0]["product"]["generationCredits"][0]["pricePerUnitIncTax"] == "8.50"
    assert _values(point["halfHourlyReadings"]) == truth
    assert len(point["intervalReadings"]) == len(client.simulator.truth.periods(roof.gpin)) - 1


async def test_readings_are_refused_by_the_viewer_path(connect: Connect) -> None:
    client = await connect()
    query = """{ viewer { accounts { ... on Account { properties { electricitySupplyPoints {
      spin %s } } } } } }"""
    for field in ("halfHourlyReadings { value }", "intervalReadings { value }"):
        answer = await client.ask(query % field)
        assert answer.codes == ["KT-CT-4501"]
        # Not nullable: the whole supply point goes.
        place = answer.data["viewer"]["accounts"][0]["properties"][0]
        assert place == {"electricitySupplyPoints": [None]}
    answer = await client.ask(query % "supplyPeriods { id }")
    assert answer.codes == ["KT-CT-4501"]
    point = answer.data["viewer"]["accounts"][0]["properties"][0]["electricitySupplyPoints"][0]
    assert point == {"spin": client.spin, "supplyPeriods": None}
    client.household.accounts[0].refused_by_viewer.clear()
    assert (await client.ask(query % "supplyPeriods { id }")).codes == []


async def test_what_is_refused_to_everyone(connect: Connect) -> None:
    client = await connect()
    query = """query ($number: String!) { account(accountNumber: $number) { notes { id } canModifyPayments
      { canAmendPayments } properties { electricitySupplyPoints { spin contractedCapacity { value }
      contractedCapacityOld } } } rateGroupTouScheme(specificationIdentifier: "1", rateGroupCode: "2") { name }
      availableProducts(marketName: "JPN_ELECTRICITY") { code } }"""
    answer = await client.ask(query, number=client.number)
    assert sorted(answer.codes) == ["KT-CT-1111"] * 4 + ["KT-CT-4501"] * 2
    client.household.accounts[0].refused.clear()
    assert (await client.ask(query, number=client.number)).codes == ["KT-CT-1111"] * 2


async def test_other_peoples_accounts(connect: Connect) -> None:
    client = await connect("green-tokyo", "simple-kansai")
    other = client.simulator.world.households["simple-kansai"]
    query = "query ($number: String!) { account(accountNumber: $number) { number } }"
    assert (await client.ask(query, number=other.accounts[0].number)).codes == ["KT-CT-4177"]
    assert (await client.ask(query, number="A-00000000")).codes == ["KT-CT-4178"]
    assert (await _page(client, spin=other.supply_points[0].spin)).codes == ["KT-CT-4719"]
