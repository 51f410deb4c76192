"""Actions on what REST alone has, each once, with the supplier's own words where it refuses."""

from typing import Any

from home import Home
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.octopus_japan.const import DOMAIN


async def call(home: Home, action: str, **data: Any) -> Any:
    return await home.hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )


async def test_what_rest_tells(home: Home) -> None:
    home.leave_readings_out()
    await home.sign_in("green-tokyo")
    products = (await call(home, "list_products"))["products"]
    assert {"code", "name", "direction", "available_from", "available_to"} == {*products[0]}
    product = await call(home, "get_product", code=products[0]["code"])
    assert product["tariffs"][0]["rates"]["standard_unit_rate_inc_vat"] > 0
    spin = home.spin("green-tokyo")
    point = await call(home, "get_meter_point", number=spin)
    assert point == {"grid_supply_point": "_03", "profile_class": 1.0}
    found = await call(home, "get_grid_supply_point", postcode="100-0001")
    assert found == {"source": "rest", "grid_supply_points": ["_03"]}
    with pytest.raises(ServiceValidationError) as caught:
        await call(home, "get_product", code="NONE")
    assert caught.value.translation_key == "rest_not_found"
    home.simulator.rest.refused.add("products")
    with pytest.raises(HomeAssistantError) as refused:
        await call(home, "list_products")
    assert refused.value.translation_key == "rest_failed"


@pytest.mark.parametrize(
    ("postcode", "prefecture", "groups"),
    [("100-0001", "東京都", ["_03"]), ("4200001", "静岡県", ["_03", "_04"])],
)
async def test_where_rest_is_refused_the_prefecture_tells_the_grids(
    home: Home, postcode: str, prefecture: str, groups: list[str]
) -> None:
    home.leave_readings_out()
    await home.sign_in("green-tokyo")
    home.simulator.rest.refused.add("industry")
    found = await call(home, "get_grid_supply_point", postcode=postcode)
    assert found == {
        "source": "prefecture",
        "grid_supply_points": groups,
        "prefecture": prefecture,
        "cities": ["架空区"],
    }
    with pytest.raises(ServiceValidationError) as caught:
        await call(home, "get_grid_supply_point", postcode="12")
    assert caught.value.translation_key in {"rest_not_found", "rest_not_accepted"}
    home.simulator.rest.refused.clear()
    home.simulator.rest.fails_with = 429
    with pytest.raises(HomeAssistantError) as throttled:
        await call(home, "get_grid_supply_point", postcode=postcode)
    assert throttled.value.translation_key == "rest_failed"


async def test_a_quote_is_created_on_purpose_and_once(home: Home) -> None:
    home.leave_readings_out()
    await home.sign_in("green-tokyo")
    # GraphQL's access token is the only way of a login without a key.
    given = {"postcode": "100-0001", "consumption": 3100}
    with pytest.raises(ServiceValidationError) as caught:
        await call(home, "create_quote", confirm=False, **given)
    assert caught.value.translation_key == "quote_not_confirmed"
    quote = await call(home, "create_quote", confirm=True, **given)
    assert quote["products"][0]["annual_amount"] > 0
    with pytest.raises(ServiceValidationError) as caught:
        await call(home, "create_quote", confirm=True, **given)
    assert caught.value.translation_key == "quote_already_sent"
    with pytest.raises(ServiceValidationError) as caught:
        await call(home, "create_quote", confirm=True, **given, product_codes=["NONE"])
    assert caught.value.translation_key == "rest_not_accepted"
    assert "NONE" in str((caught.value.translation_placeholders or {})["detail"])
    assert len(home.simulator.rest.created) == 1
    # What was turned down may be sent again: nothing was created.
    with pytest.raises(ServiceValidationError) as caught:
        await call(home, "create_quote", confirm=True, **given, product_codes=["NONE"])
    assert caught.value.translation_key == "rest_not_accepted"


async def test_a_quote_of_which_nobody_knows_what_became_is_not_sent_again(home: Home) -> None:
    home.leave_readings_out()
    await home.sign_in("green-tokyo")
    given = {"postcode": "100-0001", "consumption": 3100, "confirm": True}
    rest = home.simulator.rest
    for status, again in ((429, "rest_failed"), (500, "quote_already_sent")):
        rest.fails_with = status
        with pytest.raises(HomeAssistantError) as failed:
            await call(home, "create_quote", **given)
        assert failed.value.translation_key == "rest_failed"
        with pytest.raises(HomeAssistantError) as repeated:
            await call(home, "create_quote", **given)
        assert repeated.value.translation_key == again
    assert len(rest.created) == 1


@pytest.mark.parametrize("households", [("green-tokyo", "ev-tokyo")])
async def test_of_several_logins_one_is_named(home: Home) -> None:
    home.leave_readings_out()
    entries = [await home.sign_in(name) for name in ("green-tokyo", "ev-tokyo")]
    with pytest.raises(ServiceValidationError) as caught:
        await call(home, "list_products")
    assert caught.value.translation_key == "several_logins"
    assert await call(home, "list_products", config_entry_id=entries[1].entry_id)


async def test_where_rest_is_refused_graphql_creates_the_quote(home: Home) -> None:
    home.leave_readings_out()
    await home.sign_in("green-tokyo")
    home.simulator.rest.refused.add("quotes")
    given = {"postcode": "100-0001", "consumption": 3600, "confirm": True}
    quote = await call(home, "create_quote", **given)
    assert (quote["source"], quote["grid_supply_point"]) == ("graphql", "_03")
    assert len(quote["products"]) > 1
    (asked,) = home.simulator.world.quotes
    # A twelfth of the year.
    assert (asked["postalArea"], asked["usageAmount"]) == ({"postcode": "100-0001"}, 300)
    with pytest.raises(ServiceValidationError) as caught:
        await call(home, "create_quote", **given)
    assert caught.value.translation_key == "quote_already_sent"
    code = quote["products"][1]["code"]
    chosen = await call(home, "create_quote", **given, product_codes=[code])
    assert chosen["products"] == [quote["products"][1]]
    # Nothing was created of a postcode of nowhere: it may be tried again.
    for _ in range(2):
        with pytest.raises(ServiceValidationError) as nowhere:
            await call(home, "create_quote", postcode="12", consumption=3600, confirm=True)
        assert nowhere.value.translation_key == "rest_not_found"
    assert len(home.simulator.world.quotes) == 2


async def test_a_quote_that_no_api_creates(home: Home) -> None:
    home.leave_readings_out()
    await home.sign_in("green-tokyo")
    home.simulator.rest.refused.add("quotes")
    home.simulator.faults.add("refused_field", field="createElectricityQuote", times=2)
    for _ in range(2):
        with pytest.raises(HomeAssistantError) as caught:
            await call(home, "create_quote", postcode="100-0001", consumption=3600, confirm=True)
        assert caught.value.translation_key == "rest_failed"
    # A field that the schema lost is no mistake of the caller's either.
    home.simulator.faults.add("removed_field", field="createElectricityQuote")
    with pytest.raises(HomeAssistantError) as gone:
        await call(home, "create_quote", postcode="100-0001", consumption=3600, confirm=True)
    assert gone.value.translation_key == "rest_failed"
    assert home.simulator.world.quotes == []
