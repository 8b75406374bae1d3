"""Who bought and where it goes. Conservative: two people are never made one."""

from odoo import api, models

from ..lib.address import format_zip, match_keys


class EcOrderImport(models.AbstractModel):
    _inherit = "ec.order.import"

    @api.model
    def _resolve_partners(self, batch):
        """Set buyer and destinations of every item; all look-ups once per batch."""
        self = self.with_context(ec_states=self._read_states(batch))
        buyers = {}
        for item in batch.items:
            if item.data.buyer.name and not item.data.buyer.placeholder:
                buyers.setdefault(self._address_identity(item.data.buyer), item.data.buyer)
        partners = self._find_buyers(batch, buyers)
        missing = {key: address for key, address in buyers.items() if key not in partners}
        created = self.env["res.partner"].create(
            [self._prepare_partner(batch, address) for address in missing.values()]
        )
        partners.update(zip(missing, created, strict=True))
        for item in batch.items:
            item.buyer = partners.get(self._address_identity(item.data.buyer))
            if not item.buyer:
                item.buyer = batch.channel._ec_get_anonymous_partner()
        self._resolve_destinations(batch)

    @api.model
    def _read_states(self, batch):
        codes = {
            address.state_code
            for item in batch.items
            for address in (item.data.buyer, *(d.address for d in item.data.destinations))
            if address.state_code
        }
        states = self.env["res.country.state"].search([("code", "in", list(codes))])
        # Codes are ISO 3166-2 with the country in front for Japan, without it for others.
        return {(state.country_id.code, state.code): state for state in states}

    @api.model
    def _address_keys(self, address):
        return match_keys(
            address.name, address.phone, address.zip, address.city, address.street, address.street2
        )

    @api.model
    def _address_identity(self, address):
        """Return what makes two addresses of one batch the same place and person."""
        by_phone, by_address = self._address_keys(address)
        return (by_phone, by_address) if by_phone or by_address else id(address)

    @api.model
    def _find_buyers(self, batch, buyers):
        """Return {identity: partner} of those buyers who are known. Two queries at most."""
        if batch.channel.partner_policy == "new":
            return {}
        phones, places = set(), set()
        for address in buyers.values():
            by_phone, by_address = self._address_keys(address)
            phones.add(by_phone)
            places.add(by_address)
        phones.discard("")
        places.discard("")
        domain = [
            ("parent_id", "=", False),
            ("company_id", "in", [False, batch.company.id]),
            "|",
            ("ec_match_phone", "in", list(phones)),
            ("ec_match_address", "in", list(places)),
        ]
        known = self.env["res.partner"].search(domain, order="id desc") if phones | places else []
        by_key = {}
        for partner in known:  # the oldest wins
            by_key["p", partner.ec_match_phone] = partner
            by_key["a", partner.ec_match_address] = partner
        found = {}
        for identity, address in buyers.items():
            by_phone, by_address = self._address_keys(address)
            partner = (by_address and by_key.get(("a", by_address))) or (
                by_phone and by_key.get(("p", by_phone))
            )
            if partner:
                found[identity] = partner
        return found

    @api.model
    def _prepare_partner(self, batch, address, **extra):
        """Return the values of a contact; a mall's forwarding address is no address of his."""
        state = self.env.context["ec_states"].get((address.country, address.state_code))
        country = self.env["res.country"]
        if state:
            country = state.country_id
        elif address.country:
            country = self._get_country(address.country)
        return {
            "name": address.name,
            "ec_name_kana": address.kana or False,
            "company_name": address.company or False,
            "zip": format_zip(address.zip, address.country) or False,
            "country_id": country.id,
            "state_id": state.id if state else False,
            "city": address.city or False,
            "street": address.street or False,
            "street2": address.street2 or False,
            "phone": address.phone or False,
            "email": (not address.email_is_relay and address.email) or False,
            "lang": batch.company.partner_id.lang or self.env.lang,
            "company_id": batch.channel.company_id.id,
            **extra,
        }

    @api.model
    def _get_country(self, code):
        return self.env.ref(f"base.{code.lower()}", raise_if_not_found=False) or self.env[
            "res.country"
        ].search([("code", "=", code)], limit=1)

    # === DESTINATIONS === #

    @api.model
    def _resolve_destinations(self, batch):
        """Set ``item.destinations``: the buyer himself or an address of his, one per destination.

        Placeholders of gifts without an address get None.
        """
        wanted, places = {}, {}
        for item in batch.items:
            for destination in item.data.destinations:
                address = destination.address
                if address.placeholder or not address.name:
                    continue
                key = (item.buyer.id, self._address_identity(address))
                if not self._is_own_address(item.buyer, address):
                    wanted.setdefault(key, (item.buyer, address))
                else:
                    places[key] = item.buyer
        places |= self._find_or_create_addresses(batch, wanted)
        for item in batch.items:
            item.destinations = [
                places.get((item.buyer.id, self._address_identity(destination.address)))
                for destination in item.data.destinations
            ]

    @api.model
    def _is_own_address(self, partner, address):
        by_phone, by_address = self._address_keys(address)
        return by_address == (partner.ec_match_address or "") and (
            not by_phone or by_phone == partner.ec_match_phone
        )

    @api.model
    def _find_or_create_addresses(self, batch, wanted):
        if not wanted:
            return {}
        parents = self.env["res.partner"].union(*(buyer for buyer, _a in wanted.values()))
        children = self.env["res.partner"].search(
            [("parent_id", "in", parents.ids), ("type", "=", "delivery")]
        )
        known = {
            (
                child.parent_id.id,
                (child.ec_match_phone or "", child.ec_match_address or ""),
            ): child
            for child in children
        }
        missing = {key: pair for key, pair in wanted.items() if key not in known}
        created = self.env["res.partner"].create(
            [
                self._prepare_partner(batch, address, type="delivery", parent_id=buyer.id)
                for buyer, address in missing.values()
            ]
        )
        known.update(zip(missing, created, strict=True))
        return {key: known[key] for key in wanted}
