"""The households to choose from: one for each shape of plan and each oddity that was seen. All are invented."""

from dataclasses import replace
from datetime import date

from .campaigns import weekly
from .load import Load
from .plans import GasPlan, HouseholdPlan, PointPlan, PropertyPlan


def _one(description: str, plan: PropertyPlan, *, supply_details: bool = False) -> HouseholdPlan:
    return HouseholdPlan(description, ((plan,),), supply_details=supply_details)


def _tokyo(
    *points: PointPlan, generation: tuple[PointPlan, ...] = (), gas: GasPlan | None = None
) -> PropertyPlan:
    return PropertyPlan("東京都架空区仮想1-2-3", "1000000", points, generation, gas)


def _kansai(*points: PointPlan, with_null: bool = False) -> PropertyPlan:
    return PropertyPlan("大阪府架空市仮想4-5-6", "5300000", points, with_null=with_null)


def _point(product: str, start: date, reading_day: int, load: Load, **more: object) -> PointPlan:
    area = next(part for part in product.split("-") if part.isdigit())
    return PointPlan("main", area, ((product, start, None),), reading_day, load, start, **more)  # type: ignore[arg-type]


_SEPTEMBER = date(2025, 9, 18)


def _at(address: str, *points: PointPlan) -> PropertyPlan:
    return PropertyPlan(f"東京都架空区{address}", "1000002", points)


_TWICE = _point("kk-03", _SEPTEMBER, 18, Load(), amperage=40)
_HANDED_OVER = date(2026, 3, 5)
_FORMER = replace(_TWICE, agreements=(("kk-03", _SEPTEMBER, _HANDED_OVER),), end=_HANDED_OVER)
_LATTER = replace(_TWICE, agreements=(("green-03", _HANDED_OVER, None),), start=_HANDED_OVER)
_SHOP = replace(_point("simple-03", date(2025, 10, 3), 3, Load(works=1.1, day=0.3)), tag="shop")
_BARN = replace(
    _point("ev-03", date(2025, 9, 24), 24, Load(base=0.1, ev=3.0), amperage=40), tag="barn"
)

PLANS: dict[str, HouseholdPlan] = {
    "green-tokyo": _one(
        "stepped plan (KK Octopus, 40 A), Tokyo",
        _tokyo(_point("kk-03", _SEPTEMBER, 18, Load(), amperage=40)),
    ),
    "simple-kansai": _one(
        "one price, no standing charge, no fuel cost adjustment, Kansai",
        _kansai(_point("simple-06", date(2025, 10, 9), 9, Load(base=0.14, evening=0.45))),
    ),
    "ev-tokyo": _one(
        "time-of-use plan with an electric car, Tokyo",
        _tokyo(_point("ev-03", date(2025, 9, 12), 12, Load(ev=3.0, day=0.15), amperage=40)),
        supply_details=True,
    ),
    "green-kansai": _one(
        "stepped plan with a minimum charge: the first 15 kWh are free, Kansai",
        _kansai(_point("green-06-low", date(2025, 9, 22), 22, Load(base=0.15, evening=0.5))),
    ),
    "denka-kansai": _one(
        "all-electric home, seasonal time-of-use plan, Kansai",
        _kansai(
            _point(
                "denka-06-low", date(2025, 9, 5), 5, Load(base=0.22, water_heater=1.4, heating=0.06)
            )
        ),
    ),
    "denka-tokyo": _one(
        "all-electric home, cheap from 01:00 until 06:00, Tokyo",
        _tokyo(_point("denka-03", date(2025, 9, 10), 10, Load(base=0.2, water_heater=1.4))),
    ),
    "solar-tokyo": _one(
        "time-of-use plan for homes with solar power, and a feed-in generation point, Tokyo",
        _tokyo(
            _point("solar-03", date(2025, 9, 15), 15, Load(solar=4.2), amperage=40),
            generation=(
                PointPlan(
                    "roof",
                    "03",
                    (("fit-03", date(2025, 9, 15), None),),
                    15,
                    Load(solar=4.2, export=True),
                    date(2025, 9, 15),
                    status="UNDER_CONTRACT",
                ),
            ),
        ),
    ),
    "moved": HouseholdPlan(
        "two accounts: one ended in Kansai; in Tokyo one year of Simple, then Green from the middle of a period",
        (
            (
                _kansai(
                    PointPlan(
                        "old",
                        "06",
                        (("green-06-low", date(2024, 11, 10), date(2025, 10, 5)),),
                        10,
                        Load(base=0.16),
                        date(2024, 11, 10),
                        date(2025, 10, 5),
                        status="OFF_SUPPLY",
                    )
                ),
            ),
            (
                PropertyPlan(
                    "東京都架空区新居7-8-9",
                    "1000001",
                    (
                        PointPlan(
                            "new",
                            "03",
                            (
                                ("simple-03", date(2025, 9, 27), date(2026, 9, 27)),
                                ("green-03", date(2026, 9, 27), None),
                            ),
                            12,
                            Load(base=0.2),
                            date(2025, 9, 27),
                            amperage=40,
                        ),
                    ),
                    with_null=True,
                ),
            ),
        ),
    ),
    "power-tokyo": _one(
        "three-phase power with summer and other prices, standing charge by kW, Tokyo",
        _tokyo(
            _point("power-03", date(2025, 9, 8), 8, Load(works=2.4, morning=0, evening=0), kw=5)
        ),
    ),
    "gas-tokyo": _one(
        "stepped plan and gas, Tokyo",
        _tokyo(
            _point("green-03", date(2025, 9, 20), 20, Load(), amperage=40),
            gas=GasPlan((("gas", date(2025, 9, 24), None),), 24, date(2025, 9, 24)),
        ),
    ),
    "gas-untaxed": HouseholdPlan(
        "stepped plan and gas by a table without tax that becomes one with tax on 2026-03-05, with the government's discount, Tokyo",
        (
            (
                _tokyo(
                    _point("green-03", date(2025, 9, 20), 20, Load(), amperage=40),
                    gas=GasPlan(
                        (
                            ("gas-untaxed", date(2025, 9, 9), date(2026, 3, 5)),
                            ("gas-monthly", date(2026, 3, 5), None),
                        ),
                        19,
                        date(2025, 9, 9),
                        winter=28,
                        summer=7,
                    ),
                ),
            ),
        ),
        subsidy=True,
    ),
    "challenger-tokyo": HouseholdPlan(
        "stepped plan; a campaign of two winters joined, another open; loyalty points and vouchers, Tokyo",
        ((_tokyo(_TWICE),),),
        campaigns=(
            weekly("冬の節電チャレンジ2025", date(2025, 11, 4), date(2026, 3, 1), joined=True),
            weekly("冬の節電チャレンジ2026", date(2026, 11, 4), date(2027, 3, 1), joined=True),
            weekly("ピークシフト・チャレンジ", date(2025, 12, 1), date(2027, 4, 1)),
        ),
        loyalty_points=1250,
        vouchers=(2000, 500),
    ),
    "newcomer": _one("an account whose supply has not begun: no supply points", _tokyo()),
    "veteran": _one(
        "supplied since October 2021: a year of Simple, then Green, Tokyo",
        _tokyo(
            PointPlan(
                "main",
                "03",
                (
                    ("simple-03", date(2021, 10, 14), date(2022, 10, 14)),
                    ("green-03", date(2022, 10, 14), None),
                ),
                14,
                Load(base=0.25),
                date(2021, 10, 14),
                amperage=40,
            )
        ),
    ),
    "unknown-tou": _one(
        "a time-of-use plan whose schedule is in no table and goes unnamed, Tokyo",
        _tokyo(_point("unknown-03", date(2025, 9, 25), 25, Load(), amperage=40)),
    ),
    "switching-tokyo": _one(
        "stepped plan, with a time-of-use agreement signed that begins on 2026-12-10, Tokyo",
        _tokyo(
            PointPlan(
                "main",
                "03",
                (
                    ("green-03", date(2025, 9, 10), date(2026, 12, 10)),
                    ("ev-03", date(2026, 12, 10), None),
                ),
                10,
                Load(),
                date(2025, 9, 10),
                amperage=40,
            )
        ),
    ),
    "twice-two-accounts": HouseholdPlan(
        "two accounts list the same point with the same agreement, Tokyo",
        ((_at("本宅1", _TWICE),), (_at("本宅1", _TWICE),)),
    ),
    "twice-two-properties": HouseholdPlan(
        "two properties of one account list the same point with the same agreement, Tokyo",
        ((_at("本宅2", _TWICE), _at("本宅2", _TWICE)),),
    ),
    "twice-ended-beside-live": HouseholdPlan(
        "one account lists the point as ended on 2026-03-05, the other is supplied from then on, Tokyo",
        ((_at("借家3", _FORMER),), (_at("借家3", _LATTER),)),
    ),
    "twice-live-beside-ended": HouseholdPlan(
        "the same with the account that is supplied first, Tokyo",
        ((_at("借家4", _LATTER),), (_at("借家4", _FORMER),)),
    ),
    "twice-ended-one-account": HouseholdPlan(
        "one account lists the point as ended at a property on 2026-03-05 and as supplied at another from then on, Tokyo",
        ((_at("借家7", _FORMER), _at("借家7", _LATTER)),),
    ),
    "three-points-two-accounts": HouseholdPlan(
        "a home and a shop on one account, a barn with a car charger on another, Tokyo",
        ((_at("本宅5", _TWICE), _at("店舗5", _SHOP)), (_at("納屋5", _BARN),)),
    ),
    "refused-account": HouseholdPlan(
        "two accounts of which the service refuses the second (KT-CT-4177), Tokyo",
        ((_at("本宅6", _TWICE),), (_at("店舗6", _SHOP),)),
        refused=((1, "KT-CT-4177"),),
    ),
    "kansai-high": _one(
        "stepped plan from 6 kVA: the standing charge by kVA, no minimum charge, 8 kVA, Kansai",
        _kansai(_point("green-06-high", date(2025, 9, 16), 16, Load(base=0.3, evening=0.9), kva=8)),
        supply_details=True,
    ),
    "chugoku-high": _one(
        "a stepped plan that lists the charges of both tiers, 10 kVA, Chugoku",
        PropertyPlan(
            "広島県架空市仮想6-7",
            "7300000",
            (_point("green-07-both", date(2025, 9, 11), 11, Load(base=0.25), kva=10),),
        ),
        supply_details=True,
    ),
    "shikoku-low": _one(
        "stepped plan with a minimum charge: the first 11 kWh are free, Shikoku",
        PropertyPlan(
            "香川県架空市仮想7-8",
            "7600000",
            (_point("green-08-low", date(2025, 9, 19), 19, Load(base=0.13)),),
        ),
    ),
    "shikoku-high": _one(
        "all-electric home by kVA, 9 kVA, Shikoku",
        PropertyPlan(
            "香川県架空市仮想8-9",
            "7600001",
            (_point("denka-08-high", date(2025, 9, 6), 6, Load(water_heater=1.4), kva=9),),
        ),
        supply_details=True,
    ),
    "small-tokyo": _one(
        "stepped plan (Green, 15 A), Tokyo",
        _tokyo(
            _point("green-03", date(2025, 9, 13), 13, Load(base=0.08, evening=0.3), amperage=15)
        ),
    ),
    "large-tokyo": _one(
        "stepped plan (Green) by kVA, 10 kVA, Tokyo",
        _tokyo(_point("green-03", date(2025, 9, 17), 17, Load(base=0.5, evening=1.4), kva=10)),
        supply_details=True,
    ),
    "intro-rate": _one(
        "stepped plan at a lower price for six months (durationMonths), until 2026-03-25, Tokyo",
        _tokyo(_point("intro-03", date(2025, 9, 25), 18, Load(), amperage=40)),
    ),
    "discount-rate": _one(
        "time-of-use plan with two yen off at night for three months (durationMonths), until 2025-12-25, Tokyo",
        _tokyo(_point("discount-03", date(2025, 9, 25), 18, Load(ev=3.0), amperage=40)),
    ),
    "subsidised": HouseholdPlan(
        "stepped plan with the government's discount, Tokyo",
        ((_tokyo(_TWICE),),),
        subsidy=True,
    ),
}
