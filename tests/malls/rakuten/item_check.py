"""Validation of an item (reference section 4.1). Checks the whole item, after a merge, too."""

from __future__ import annotations

import re
from typing import Any

from .context import Context
from .rest import Body, Checker
from .times import parse_item_time

_NUMBER = re.compile(r"[a-z0-9_-]{1,32}")
_DEPENDENT = re.compile("[\u2460-\u24ff\u2150-\u218f\u3200-\u33ff\ue000-\uf8ff]")
_BAD_OPTION = re.compile("[:<>]")


def check_item(ctx: Context, item: Body) -> Checker:
    """Every rule of 4.1 the simulator knows; the caller asks for the errors."""
    check = Checker()
    encoding = ctx.shop.switches.title_encoding
    if check.need(item.get("title"), "title"):
        check.text(item["title"], "title", 255, encoding)
        if isinstance(item["title"], str) and _DEPENDENT.search(item["title"]):
            check.add("IE0270", "title has machine-dependent characters.", "title")
    if check.need(item.get("itemType"), "itemType"):
        check.choice(item["itemType"], "itemType", ("NORMAL", "PRE_ORDER", "BUYING_CLUB"))
    if check.need(item.get("genreId"), "genreId"):
        genre = item["genreId"]
        if not isinstance(genre, str) or not re.fullmatch(r"\d{6}", genre):
            check.add("IE0002", "genreId must be a string of 6 digits.", "genreId")
    check.text(item.get("itemNumber"), "itemNumber", 32)
    check.text(item.get("tagline"), "tagline", 174, encoding)
    _texts(check, item, encoding)
    _lists(check, item)
    _features(check, item)
    _payment(check, item)
    _periods(check, item)
    _variants(check, item)
    return check


def check_number(check: Checker, number: str) -> None:
    """manageNumber of the path: ``a-z0-9-_``, at most 32."""
    if len(number.encode()) > 32:
        text = "Max length of manageNumber must be within 32 bytes."
        check.add("IE0004", text, "manageNumber")
    elif not _NUMBER.fullmatch(number):
        check.add("IE0002", "manageNumber has invalid characters.", "manageNumber")


def _texts(check: Checker, item: Body, encoding: str) -> None:
    description = item.get("productDescription")
    if description is not None and not isinstance(description, dict):
        check.add("IE0002", "productDescription must be an object.", "productDescription")
    elif description:
        for name in ("pc", "sp"):
            check.text(description.get(name), f"productDescription.{name}", 10240, encoding)
    check.text(item.get("salesDescription"), "salesDescription", 10240, encoding)


def _images(check: Checker, images: Any, path: str, limit: int) -> None:
    if not check.count(images, path, limit):
        return
    for index, image in enumerate(images or []):
        here = f"{path}[{index}]"
        if not isinstance(image, dict):
            check.add("IE0002", f"{here} must be an object.", here)
            continue
        if check.need(image.get("type"), f"{here}.type"):
            check.choice(image["type"], f"{here}.type", ("CABINET", "GOLD"))
        if check.need(image.get("location"), f"{here}.location"):
            check.text(image["location"], f"{here}.location", 255)
        check.text(image.get("alt"), f"{here}.alt")


def _lists(check: Checker, item: Body) -> None:
    _images(check, item.get("images"), "images", 20)
    if check.count(item.get("tags"), "tags", 32):
        for index, tag in enumerate(item.get("tags") or []):
            check.integer(tag, f"tags[{index}]", 5000000, 9999999)
    options = item.get("customizationOptions")
    if check.count(options, "customizationOptions", 20):
        for index, option in enumerate(options or []):
            _option(check, option, f"customizationOptions[{index}]")


def _option(check: Checker, option: Body, path: str) -> None:
    if check.need(option.get("displayName"), f"{path}.displayName"):
        check.text(option["displayName"], f"{path}.displayName")
    kinds = {"SINGLE_SELECTION": 100, "MULTIPLE_SELECTION": 40, "FREE_TEXT": 0}
    kind: Any = option.get("inputType")
    if not check.need(kind, f"{path}.inputType"):
        return
    if not check.choice(kind, f"{path}.inputType", tuple(kinds)):
        return
    selections = option.get("selections")
    if kind != "FREE_TEXT" and not check.need(selections, f"{path}.selections"):
        return
    if not check.count(selections, f"{path}.selections", kinds[kind]):
        return
    for index, selection in enumerate(selections or []):
        here = f"{path}.selections[{index}].displayValue"
        value = selection.get("displayValue")
        if check.need(value, here) and check.text(value, here, 32, "cp932"):
            if _BAD_OPTION.search(value):
                check.add("IE0002", f"{here} has invalid characters.", here)


def _features(check: Checker, item: Body) -> None:
    features = item.get("features") or {}
    for name, known in (
        ("searchVisibility", ("ALWAYS_VISIBLE", "HIDDEN")),
        ("review", ("SHOP_SETTING", "VISIBLE", "HIDDEN")),
        (
            "inventoryDisplay",
            ("DISPLAY_ABSOLUTE_STOCK_COUNT", "HIDDEN_STOCK", "DISPLAY_LOW_STOCK"),
        ),
    ):
        check.choice(features.get(name), f"features.{name}", known)
    check.integer(features.get("lowStockThreshold"), "features.lowStockThreshold", 1, 20)
    check.boolean(item.get("hideItem"), "hideItem")
    if item.get("unlimitedInventoryFlag"):
        check.add("IE0003", "unlimitedInventoryFlag must be false.", "unlimitedInventoryFlag")


def _payment(check: Checker, item: Body) -> None:
    payment = item.get("payment") or {}
    check.boolean(payment.get("taxIncluded"), "payment.taxIncluded")
    check.boolean(payment.get("cashOnDeliveryFeeIncluded"), "payment.cashOnDeliveryFeeIncluded")
    rate = payment.get("taxRate")
    if rate is not None and str(rate) not in ("0", "0.08", "0.1"):
        check.add("IE0002", "payment.taxRate must be 0, 0.08 or 0.1.", "payment.taxRate")


def _periods(check: Checker, item: Body) -> None:
    campaign = item.get("pointCampaign") or {}
    for path, period in (
        ("purchasablePeriod", item.get("purchasablePeriod")),
        ("pointCampaign.applicablePeriod", campaign.get("applicablePeriod")),
    ):
        for name in ("start", "end"):
            value = (period or {}).get(name)
            if value is not None and parse_item_time(value) is None:
                check.add("IE0002", f"{path}.{name} has a bad format.", f"{path}.{name}")
    if item.get("releaseDate") is not None and parse_item_time(item["releaseDate"]) is None:
        check.add("IE0002", "releaseDate has a bad format.", "releaseDate")
    rate = (campaign.get("benefits") or {}).get("pointRate")
    check.integer(rate, "pointCampaign.benefits.pointRate", 1, 20)


def _variants(check: Checker, item: Body) -> None:
    variants = item.get("variants")
    if not check.need(variants, "variants"):
        return
    if not isinstance(variants, dict):
        check.add("IE0002", "variants must be an object.", "variants")
        return
    if len(variants) > 400:
        check.add("IE0003", "Size of variants must be between 1 to 400.", "variants")
    selectors = item.get("variantSelectors") or []
    if not _selectors(check, selectors):
        return
    if not selectors and len(variants) > 1:
        check.add("IE0001", "variantSelectors is required.", "variantSelectors")
    for variant_id, variant in variants.items():
        path = f"variants.{variant_id}"
        check.text(variant_id, path, 32)
        if not isinstance(variant, dict):
            check.add("IE0002", f"{path} must be an object.", path)
            continue
        _variant(check, variant, path)
        _selected(check, variant, path, selectors)


def _selectors(check: Checker, selectors: Any) -> bool:
    good = check.count(selectors, "variantSelectors", 6)
    for index, selector in enumerate(selectors if good else []):
        path = f"variantSelectors[{index}]"
        good = check.need(selector.get("key"), f"{path}.key") and good
        if check.need(selector.get("displayName"), f"{path}.displayName"):
            check.text(selector["displayName"], f"{path}.displayName", 32, "cp932")
        values = selector.get("values")
        good = check.need(values, f"{path}.values") and good
        check.count(values, f"{path}.values", 40)
    return good


def _selected(check: Checker, variant: Body, path: str, selectors: list[Body]) -> None:
    chosen = variant.get("selectorValues") or {}
    for selector in selectors:
        here = f"{path}.selectorValues.{selector['key']}"
        value = chosen.get(selector["key"])
        if check.need(value, here):
            known = tuple(entry.get("displayValue") for entry in selector["values"])
            check.choice(value, here, known)
    if chosen and not selectors:
        check.add("IE0002", f"{path}.selectorValues is not allowed.", f"{path}.selectorValues")


def _variant(check: Checker, variant: Body, path: str) -> None:
    check.text(variant.get("merchantDefinedSkuId"), f"{path}.merchantDefinedSkuId", 96)
    _images(check, variant.get("images"), f"{path}.images", 1)
    check.integer(variant.get("orderQuantityLimit"), f"{path}.orderQuantityLimit", 0, 400)
    for name in ("restockOnCancel", "backOrderFlag", "hidden"):
        check.boolean(variant.get(name), f"{path}.{name}")
    price = variant.get("standardPrice")
    if price is not None:
        _price(check, price, f"{path}.standardPrice")
    article = variant.get("articleNumber")
    if check.need(article, f"{path}.articleNumber"):
        _article(check, article, f"{path}.articleNumber")
    shipping = variant.get("shipping") or {}
    check.boolean(shipping.get("postageIncluded"), f"{path}.shipping.postageIncluded")
    check.integer(shipping.get("singleItemShipping"), f"{path}.shipping.singleItemShipping", 0, 6)
    check.count(variant.get("specs"), f"{path}.specs", 5)
    check.count(variant.get("attributes"), f"{path}.attributes", 100)


def _price(check: Checker, price: Any, path: str) -> None:
    """Prices are strings (section 4); numbers are taken, too."""
    if isinstance(price, bool) or not re.fullmatch(r"-?\d+", str(price)):
        check.add("IE0002", f"{path} must be a number.", path)
    elif not 0 <= int(price) <= 999999999:
        check.add("IE0003", f"{path} must be between 0 to 999999999.", path)


def _article(check: Checker, article: Any, path: str) -> None:
    if not isinstance(article, dict):
        check.add("IE0002", f"{path} must be an object.", path)
        return
    value, reason = article.get("value"), article.get("exemptionReason")
    if (value is None) == (reason is None):
        check.add("IE0228", "Either value or exemptionReason is required.", path)
    check.text(value, f"{path}.value")
    check.integer(reason, f"{path}.exemptionReason", 1, 6)
