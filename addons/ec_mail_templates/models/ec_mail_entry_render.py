"""Writing the mails: template, text part, attachments, into Odoo's mail queue."""

import base64
import logging
import re

from odoo import api, fields, models
from odoo.tools import formataddr
from odoo.tools.mail import email_normalize

from ..lib.plain_text import html_to_text, one_line, safe_chars

_logger = logging.getLogger(__name__)
BATCH = 50
#: Left by a template for a person to fill in, for example a coupon's code.
PLACEHOLDER = re.compile(r"（ここに[^）]*）|\(fill in: [^)]*\)")
WRITTEN = ("subject", "body_html", "report_template_ids", "attachment_ids")


class EcMailEntry(models.Model):
    _inherit = "ec.mail.entry"

    @api.model
    def _write_due(self):
        """Write all mails that are due, a batch per template, and put them into the queue.

        :return: whether all could be written
        """
        while True:
            entries = self.search(
                [("state", "=", "wanted"), ("lead_id", "=", False)], limit=BATCH, order="id"
            )
            if not entries:
                return True
            entries._merge()._write_mails()
            left = self.env["ir.cron"]._commit_progress(len(entries))
            self.env.invalidate_all()
            if left <= 0:
                return False

    @api.model
    def _draft_held(self):
        """Write the mails that wait for a person, so that he finds a text to read and change.

        :return: whether all could be written
        """
        ids = self.search(
            [("state", "=", "held"), ("draft_body", "=", False), ("template_id", "!=", False)],
            order="id",
        ).ids
        for start in range(0, len(ids), BATCH):
            self.browse(ids[start : start + BATCH])._write_mails("_draft_by")
            left = self.env["ir.cron"]._commit_progress(0)
            self.env.invalidate_all()
            if left <= 0:
                return False
        return True

    def _draft_by(self, template):
        """Keep the texts of these entries; the PDFs are printed when the mail goes out."""
        drafts = self._render(template, files=False)
        for entry in self:
            entry._keep_draft(drafts[entry.id])

    def _merge(self):
        """Join entries that tell the same buyer of the same parcels.

        :return: those that get a mail of their own
        """
        shipped = self.filtered(lambda entry: entry.kind_id.event == "shipped")
        groups = {}
        for entry in (shipped | shipped._same_buyers_waiting()).sorted("id"):
            numbers = entry._parcel_key()
            key = entry._buyer_key() + (numbers or (entry.id,))
            groups[key] = groups.get(key, self.browse()) | entry
        leads = self - shipped
        for entries in groups.values():
            if not entries & shipped:
                continue
            lead = entries[0]
            leads |= lead
            for follower in entries - lead:
                env = follower._for_readers().env
                text = env._("Told in the mail of order %s.", lead.order_number or "")
                follower._settle("queued", text, lead_id=lead.id)
        return leads

    def _buyer_key(self):
        """Who is told of what by whom. Forwarding addresses may differ for the same person, and
        who gets several orders in one parcel is one person, whatever contacts he has."""
        merge = self.picking_id.ec_merge_id.filtered(lambda merge: merge.state == "merged")
        orders = merge.picking_ids.sale_id.filtered(lambda o: o.ec_channel_id == self.channel_id)
        buyer = (orders.sorted("id")[:1] or self.order_id).partner_id
        return (self.channel_id.id, self.kind_id.id, buyer.id)

    def _same_buyers_waiting(self):
        """Due entries of the same buyers beyond this batch, looked up once."""
        if not self:
            return self
        mates = self.picking_id._ec_mates().sale_id
        return self.search(
            [
                ("state", "=", "wanted"),
                ("lead_id", "=", False),
                ("kind_id", "in", self.kind_id.ids),
                ("order_id.partner_id", "in", (self.order_id | mates).partner_id.ids),
                ("id", "not in", self.ids),
            ]
        )

    def _write_mails(self, write="_write_by"):
        """Write a batch; if it fails, one by one, so that one bad order stops no other mail.

        :param str write: the method that writes entries by one template
        """
        for template, entries in self.grouped("template_id").items():
            try:
                with self.env.cr.savepoint():
                    getattr(entries, write)(template)
                continue
            except Exception as error:  # noqa: BLE001 - sorted out below, one by one
                _logger.info("%s mails are written one by one: %s", len(entries), type(error))
                self.env.invalidate_all()
            for entry in entries:
                try:
                    with self.env.cr.savepoint():
                        getattr(entry, write)(template)
                except Exception as error:  # noqa: BLE001 - kept in the ledger
                    self.env.invalidate_all()
                    entry._for_readers()._note_unwritable(error)

    def _note_unwritable(self, error):
        """A template that cannot be rendered for this order."""
        text = self.env._("The template could not be filled in.")
        detail = f"{type(error).__name__}: {error}"[:300]
        (self | self.follower_ids)._settle("failed", text, failure=detail)

    def _write_by(self, template):
        """Render these entries by one template and queue them, or keep them for a person."""
        drafts = self._render(template)
        ready = {}
        for entry in self:
            draft = drafts[entry.id]
            why, final = entry._for_readers()._why_held(draft)
            if why and (final or not entry.approved):
                entry._keep_draft(draft)
                entry._settle("held", why, approved=False)
                continue
            ready[entry.id] = draft
        self.browse(ready)._queue(ready)

    def _why_held(self, draft):
        """(why a person has to look at this text, whether it may not go out as it is)."""
        if PLACEHOLDER.search(f"{draft['subject']}\n{draft['text']}"):
            return self.env._("The text still has a place to be filled in."), True
        problems = self._forbidden(draft)
        return (self._describe_findings(problems) if problems else ""), False

    def _forbidden(self, draft):
        """What in subject and text of a written mail the mall forbids."""
        whole = "\n".join((draft["subject"], draft["body"], draft["text"]))
        return self.channel_id.ec_mail_policy_id._findings(whole)

    def _render(self, template, files=True):
        """Subject, HTML, text and attachments per entry.

        :param bool files: print the PDFs, too
        :return: {entry id: {"subject", "body", "text", "attachments"}}
        """
        edited = self.filtered(lambda entry: entry.edited and entry.draft_body)
        plain = self - edited
        found = {}
        if plain:
            rendered = template._generate_template(plain.ids, WRITTEN)
            texts = template.with_context(ec_mail_format="text")._render_field(
                "body_html", plain.ids, compute_lang=True
            )
            for entry in plain:
                values = rendered[entry.id]
                found[entry.id] = {
                    "subject": one_line(values.get("subject")),
                    "body": str(values.get("body_html") or ""),
                    "text": html_to_text(str(texts[entry.id])),
                    "attachments": list(values.get("attachments") or []),
                    "attachment_ids": list(values.get("attachment_ids") or []),
                }
        for entry in edited:
            found[entry.id] = {
                "subject": one_line(entry.draft_subject),
                "body": str(entry.draft_body),
                "text": html_to_text(str(entry.draft_body)),
                "attachments": [],
                "attachment_ids": [],
            }
        for entry in self if files else ():
            found[entry.id]["attachments"] += entry._print_reports()
        return found

    def _print_reports(self):
        """PDFs the rule asks for: [(file name, base64)]."""
        files = []
        for report in self.rule_id.report_ids.sudo().with_context(lang=self.lang):
            records = self._records_for(report.model)
            for record in records:
                content, kind = report._render_qweb_pdf(report, record.ids)
                name = f"{report.name}_{self.order_number or self.order_id.name}"
                if len(records) > 1:
                    name += f"_{record.display_name}"
                name = one_line(name).replace("/", "-")
                files.append((f"{name}.{kind}", base64.b64encode(content)))
        return files

    def _records_for(self, model):
        """What a report of ``model`` is printed for."""
        orders = self._told().order_id
        if model == "stock.picking":
            return self._pickings_of_told()
        if model == "account.move":
            return orders.invoice_ids.filtered(lambda move: move.state == "posted")
        return orders

    def _describe_findings(self, problems):
        labels = {
            "link": self.env._("a link"),
            "image": self.env._("a picture"),
            "phrase": self.env._("the words"),
        }
        found = "、".join(f"{labels[kind]} {what}" for kind, what in problems[:3])
        return self.env._("The mall forbids what is in this mail: %s", found)[:300]

    def _keep_draft(self, draft):
        if not self.edited:
            self.write({"draft_subject": draft["subject"], "draft_body": draft["body"]})

    # === THE QUEUE === #

    def _queue(self, drafts):
        """Create Odoo's mails, sent by our own cron at each server's pace."""
        servers = {shop: shop._get_mail_server() for shop in self.channel_id}
        vals_list = [
            entry._prepare_mail(drafts[entry.id], servers[entry.channel_id]) for entry in self
        ]
        mails = self.env["mail.mail"].sudo().create(vals_list)
        for entry, mail in zip(self, mails, strict=True):
            files = drafts[entry.id]["attachments"]
            if files:
                mail.attachment_ids = [
                    fields.Command.create(
                        {
                            "name": name,
                            "datas": data,
                            "res_model": "mail.message",
                            "res_id": mail.mail_message_id.id,
                        }
                    )
                    for name, data in files
                ]
            (entry | entry.follower_ids).write(
                {
                    "state": "queued",
                    "mail_id": mail.id,
                    "mail_message_id": mail.mail_message_id.id,
                    "message_ref": mail.message_id,
                    "server_id": mail.mail_server_id.id,
                    "failure": False,
                    "next_try_at": False,
                }
            )

    def _prepare_mail(self, draft, server):
        """Values of the ``mail.mail``; it hangs on the order, so answers reach its chatter."""
        return {
            **self._prepare_envelope(server),
            "model": "sale.order",
            "res_id": self.order_id.id,
            "subject": draft["subject"],
            "body_html": draft["body"],
            "body": draft["body"],
            "ec_text": draft["text"],
            "ec_entry_id": self.id,
            "headers": repr(self._headers()),
            "auto_delete": False,
            "is_notification": False,
            "message_type": "email_outgoing",
            "attachment_ids": [fields.Command.link(i) for i in draft["attachment_ids"]],
        }

    def _prepare_envelope(self, server):
        """From whom to whom, and over which server."""
        channel = self.channel_id
        address = self._recipient()
        name = safe_chars(one_line(f"{self.buyer_name} 様")) if self.buyer_name else ""
        return {
            "email_from": formataddr((one_line(self.shop_name), channel.ec_mail_from)),
            "email_to": formataddr((name, email_normalize(address) or address)),
            "reply_to": channel.ec_mail_reply_to or channel.ec_mail_from,
            "mail_server_id": server.id,
        }

    def _headers(self):
        """Headers beyond the ordinary ones."""
        headers = {"Auto-Submitted": "auto-generated"}
        if self.channel_id.ec_mail_policy_id.needs_own_server or self.channel_id.ec_mail_server_id:
            # Relays refuse an envelope sender that is not the shop's registered address.
            headers["Return-Path"] = self.channel_id.ec_mail_from
        return {**headers, **self._unsubscribe_headers()}
