"""Pure parts of the mails: text, links, hours, SMTP. No Odoo."""
