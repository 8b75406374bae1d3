import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const PAGE = 40;
const LOOKS = {
    sent: ["fa-check", "text-success"],
    failed: ["fa-times-circle", "text-danger"],
    bounced: ["fa-reply", "text-danger"],
    uncertain: ["fa-question-circle", "text-danger"],
    missing: ["fa-exclamation-triangle", "text-danger"],
    held: ["fa-hand-paper-o", "text-warning"],
    waiting: ["fa-clock-o", "text-warning"],
    wanted: ["fa-envelope-o", "text-info"],
    queued: ["fa-envelope-o", "text-info"],
    sending: ["fa-paper-plane-o", "text-info"],
    not_wanted: ["fa-minus", "text-muted"],
};

/** Who got which mail: one row per order, one column per kind of mail. */
export class MailLedger extends Component {
    static template = "ec_mail_templates.Ledger";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.display = { controlPanel: {} };
        this.looks = LOOKS;
        this.state = useState({
            data: null, offset: 0, selected: {}, channel_id: "", kind_id: "", state: "", text: "",
        });
        onWillStart(() => this.load());
    }

    get filters() {
        const { channel_id, kind_id, state, text } = this.state;
        return {
            channel_id: channel_id || false,
            kind_id: kind_id || false,
            state: state || false,
            text: text || false,
        };
    }

    async load(offset = 0) {
        this.state.offset = offset;
        this.state.selected = {};
        this.state.data = await this.orm.call("ec.mail.ledger", "get_ledger", [], {
            filters: this.filters,
            offset,
            limit: PAGE,
        });
    }

    setState(state) {
        this.state.state = this.state.state === state ? "" : state;
        return this.load();
    }

    get chips() {
        const { counts, states } = this.state.data;
        const keys = ["failed", "bounced", "uncertain", "missing", "held", "waiting", "queued", "sent"];
        const chips = keys.map((key) => ({ key, label: states[key], count: counts[key] || 0 }));
        return [
            { key: "overdue", label: _t("Should have gone out"), count: counts.overdue },
            ...chips.filter((chip) => chip.count),
        ];
    }

    /** What the icons mean: those a row of this page may show. */
    get legend() {
        const { states } = this.state.data;
        return Object.entries(LOOKS)
            .filter(([key]) => key !== "wanted")
            .map(([key, [icon, color]]) => ({ key, icon, color, label: states[key] }));
    }

    get lastRow() {
        return Math.min(this.state.offset + PAGE, this.state.data.total);
    }

    get hasNext() {
        return this.lastRow < this.state.data.total;
    }

    next() {
        return this.load(this.state.offset + PAGE);
    }

    previous() {
        return this.load(Math.max(0, this.state.offset - PAGE));
    }

    hint(cell) {
        const label = this.state.data.states[cell.state];
        return [label, cell.at, cell.reason, cell.failure].filter(Boolean).join("\n");
    }

    short(cell) {
        return cell.state === "sent" ? cell.at.split(" ")[0] : "";
    }

    openCell(cell) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "ec.mail.entry",
            res_id: cell.id,
            views: [[false, "form"]],
        });
    }

    openOrder(row) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "sale.order",
            res_id: row.id,
            views: [[false, "form"]],
        });
    }

    get selectedIds() {
        return this.state.data.rows.filter((row) => this.state.selected[row.id]).map((r) => r.id);
    }

    toggleAll(ev) {
        for (const row of this.state.data.rows) {
            this.state.selected[row.id] = ev.target.checked;
        }
    }

    async resend() {
        const count = await this.orm.call("ec.mail.ledger", "resend", [this.selectedIds]);
        this.notification.add(_t("%s mails are sent again.", count), { type: "success" });
        await this.load(this.state.offset);
    }

    async write() {
        await this.action.doAction("ec_mail_templates.action_ec_mail_manual", {
            additionalContext: { default_order_ids: this.selectedIds, active_ids: this.selectedIds },
            onClose: () => this.load(this.state.offset),
        });
    }
}

registry.category("actions").add("ec_mail_templates.ledger", MailLedger);
