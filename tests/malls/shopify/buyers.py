"""Fictional buyers: addresses with ``JP-13`` codes and romaji names (section 16)."""

from __future__ import annotations

import random
from typing import Any

from ..common.people import Person, person
from .model import Address, Customer
from .store import Store

_PREFECTURES = """01 北海道 Hokkaidō|02 青森県 Aomori|03 岩手県 Iwate|04 宮城県 Miyagi
05 秋田県 Akita|06 山形県 Yamagata|07 福島県 Fukushima|08 茨城県 Ibaraki
09 栃木県 Tochigi|10 群馬県 Gunma|11 埼玉県 Saitama|12 千葉県 Chiba
13 東京都 Tōkyō|14 神奈川県 Kanagawa|15 新潟県 Niigata|16 富山県 Toyama
17 石川県 Ishikawa|18 福井県 Fukui|19 山梨県 Yamanashi|20 長野県 Nagano
21 岐阜県 Gifu|22 静岡県 Shizuoka|23 愛知県 Aichi|24 三重県 Mie
25 滋賀県 Shiga|26 京都府 Kyōto|27 大阪府 Ōsaka|28 兵庫県 Hyōgo
29 奈良県 Nara|30 和歌山県 Wakayama|31 鳥取県 Tottori|32 島根県 Shimane
33 岡山県 Okayama|34 広島県 Hiroshima|35 山口県 Yamaguchi|36 徳島県 Tokushima
37 香川県 Kagawa|38 愛媛県 Ehime|39 高知県 Kōchi|40 福岡県 Fukuoka
41 佐賀県 Saga|42 長崎県 Nagasaki|43 熊本県 Kumamoto|44 大分県 Ōita
45 宮崎県 Miyazaki|46 鹿児島県 Kagoshima|47 沖縄県 Okinawa"""

#: Japanese name -> (code, romaji name).
PREFECTURES = {
    name: (f"JP-{code}", romaji)
    for code, name, romaji in (row.split() for row in _PREFECTURES.replace("\n", "|").split("|"))
}
PROVINCES = {code: romaji for code, romaji in PREFECTURES.values()}


def address_of(store: Store, who: Person, **changes: Any) -> Address:
    """The address of a person; ``changes`` override single attributes."""
    code, romaji = PREFECTURES[who.prefecture]
    values: dict[str, Any] = {
        "first_name": who.given,
        "last_name": who.family,
        "company": None,
        "zip": f"{who.zip1}-{who.zip2}",
        "province": romaji,
        "province_code": code,
        "city": who.city,
        "address1": who.street,
        "address2": who.building or None,
        "phone": "-".join(who.phone),
    }
    values.update(changes)
    return store.add(Address(store.next_id("MailingAddress"), **values))


def customer_of(store: Store, who: Person, email: str | None = None) -> Customer:
    """A customer record; the e-mail domain is one that cannot exist."""
    number = store.next_id("Customer")
    now = store.now()
    local = who.romaji.lower().replace(" ", ".")
    made = Customer(
        number,
        who.given,
        who.family,
        email or f"{local}.{number}@example.com",
        "+81" + "".join(who.phone)[1:],
        created_at=now,
        updated_at=now,
    )
    store.customers[number] = made
    return store.add(made)


def address_from(store: Store, values: dict[str, Any]) -> Address:
    """An address from a ``MailingAddressInput`` or from the control API (either spelling)."""
    plain = {_snake(k): v for k, v in values.items() if k not in ("id", "email", "name")}
    if "country_code" in plain:
        plain["country_code_v2"] = plain.pop("country_code")
    code = plain.get("province_code")
    if code and not plain.get("province"):
        plain["province"] = PROVINCES.get(code)
    return store.add(Address(store.next_id("MailingAddress"), **plain))


def changed_address(store: Store, old: Address | None, values: dict[str, Any]) -> Address:
    """The old address with some values changed; a new prefecture code brings its name."""
    kept = {k: v for k, v in vars(old).items() if k != "id"} if old else {}
    new = {_snake(k): v for k, v in values.items()}
    if "province_code" in new and "province" not in new:
        kept.pop("province", None)
    return address_from(store, {**kept, **new})


def _snake(name: str) -> str:
    return "".join("_" + c.lower() if c.isupper() else c for c in name)


def buyer(store: Store, spec: Any, rng: random.Random) -> dict[str, Any]:
    """Customer, addresses and e-mail of an order.

    ``spec``: None or "random" (an invented person), "guest" (no customer record),
    "anonymous" (no data at all), or a dict with ``email`` and address values.
    """
    if spec == "anonymous":
        return {"customer": None, "email": None, "shipping": None, "billing": None}
    who = person(rng)
    if isinstance(spec, dict):
        if spec.get("island"):
            who = person(rng, island=True)
        given = {k: v for k, v in spec.items() if k not in ("email", "island", "customer")}
        shipping = address_of(store, who, **{_snake(k): v for k, v in given.items()})
        customer = (
            None if spec.get("customer") is False else customer_of(store, who, spec.get("email"))
        )
        if customer is not None and given:
            customer.first_name, customer.last_name = shipping.first_name, shipping.last_name
    else:
        shipping = address_of(store, who)
        customer = None if spec == "guest" else customer_of(store, who)
    email = (
        customer.email
        if customer
        else (spec.get("email") if isinstance(spec, dict) else f"guest.{shipping.id}@example.com")
    )
    return {"customer": customer, "email": email, "shipping": shipping, "billing": shipping}
