"""Who bought and where it goes. Conservative: two people are never made one."""

from odoo import api, models

from ..lib.address import format_zip
from ..lib.persons import PersonIndex, person, place


class EcOrderImport(models.AbstractModel):
    _inherit = "ec.order.import"

    @api.model
    def _resolve_partners(self, batch):
        """Set buyer and destinations of every item; all look-ups once per batch."""
        self = self.with_context(ec_states=self._read_states(batch))
        buyers = {}
        for item in batch.items:
            item.buyer = self._get_known_buyer(item)
            if item.buyer:
                continue
            if item.data.buyer.name and not item.data.buyer.placeholder:
                buyers.setdefault(self._person_identity(item.data.buyer), item.data.buyer)
        partners = self._find_buyers(batch, buyers)
        missing = {key: address for key, address in buyers.items() if key not in partners}
        partners |= self._create_buyers(batch, missing)
        for item in (row for row in batch.items if not row.buyer):
            item.buyer = partners.get(self._person_identity(item.data.buyer))
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
    def _create_buyers(self, batch, addresses):
        """Return {identity: new contact}; who is new twice in a batch becomes one contact."""
        index, groups = PersonIndex(), []
        for identity, address in addresses.items():
            who = self._person(address)
            group = None if batch.channel.partner_policy == "new" else index.find(who)
            if group is None:
                group = (address, [])
                groups.append(group)
            index.add(who, group)
            group[1].append(identity)
        created = self.env["res.partner"].create(
            [self._prepare_partner(batch, address) for address, _identities in groups]
        )
        return {
            identity: partner
            for partner, (_address, identities) in zip(created, groups, strict=True)
            for identity in identities
        }

    @api.model
    def _person(self, address):
        return person(
            address.name, address.kana, address.phone,
            address.zip, address.city, address.street, address.street2,
        )  # fmt: skip

    @api.model
    def _person_identity(self, address):
        """Return what makes two buyers of one batch surely the same."""
        who = self._person(address)
        return who if who.by_phone or who.by_address else id(address)

    @api.model
    def _place(self, address):
        return place(
            address.name, address.phone, address.zip, address.city, address.street, address.street2
        )

    @api.model
    def _find_buyers(self, batch, buyers):
        """Return {identity: partner} of those buyers who are known. Two queries at most."""
        if batch.channel.partner_policy == "new":
            return {}
        persons = {identity: self._person(address) for identity, address in buyers.items()}
        keys = {
            name: [key for who in persons.values() if (key := getattr(who, name))]
            for name in ("by_phone", "by_address", "by_kana")
        }
        if not any(keys.values()):
            return {}
        domain = [
            ("parent_id", "=", False),
            ("company_id", "in", [False, batch.company.id]),
            "|", "|",
            ("ec_match_phone", "in", keys["by_phone"]),
            ("ec_match_address", "in", keys["by_address"]),
            ("ec_match_kana", "in", keys["by_kana"]),
        ]  # fmt: skip
        index = PersonIndex()
        for partner in self.env["res.partner"].search(domain, order="id"):  # the oldest wins
            index.add(partner._ec_person(), partner)
        found = {identity: index.find(who) for identity, who in persons.items()}
        return {identity: partner for identity, partner in found.items() if partner}

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
        known = {id(item): self._get_known_destinations(item) for item in batch.items}
        fresh = [item for item in batch.items if known[id(item)] is None]
        for item in fresh:
            for destination in item.data.destinations:
                address = destination.address
                if address.placeholder or not address.name:
                    continue
                key = (item.buyer.id, self._place(address))
                if not self._is_own_address(item.buyer, address):
                    wanted.setdefault(key, (item.buyer, address))
                else:
                    places[key] = item.buyer
        places |= self._find_or_create_addresses(batch, wanted)
        for item in batch.items:
            item.destinations = known[id(item)] or [
                places.get((item.buyer.id, self._place(destination.address)))
                for destination in item.data.destinations
            ]

    @api.model
    def _is_own_address(self, partner, address):
        (where, phone), (own, own_phone) = self._place(address), partner._ec_place()
        return where == own and (not phone or phone == own_phone)

    @api.model
    def _find_or_create_addresses(self, batch, wanted):
        if not wanted:
            return {}
        parents = self.env["res.partner"].union(*(buyer for buyer, _a in wanted.values()))
        children = self.env["res.partner"].search(
            [("parent_id", "in", parents.ids), ("type", "=", "delivery")]
        )
        known = {(child.parent_id.id, child._ec_place()): child for child in children}
        missing = {key: pair for key, pair in wanted.items() if key not in known}
        created = self.env["res.partner"].create(
            [
                self._prepare_partner(batch, address, type="delivery", parent_id=buyer.id)
                for buyer, address in missing.values()
            ]
        )
        known.update(zip(missing, created, strict=True))
        return {key: known[key] for key in wanted}
