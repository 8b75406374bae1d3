import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const PAGE = 40;

/** Product × shop: the number each shop shows and the rule that decided it. */
export class EcStockPreview extends Component {
    static template = "ec_unified.StockPreview";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.state = useState({ text: "", offset: 0, page: null, open: null });
        this.asked = 0;
        this.search = useDebounced(() => this.go(0), 250);
        onWillStart(() => this.load());
    }

    async load() {
        const number = ++this.asked;
        const { text, offset } = this.state;
        const page = await this.orm.call("ec.stock.preview", "get_page", [text, offset, PAGE]);
        if (number === this.asked) {
            this.state.page = page; // an older answer never replaces a newer one
        }
    }

    go(offset) {
        this.state.offset = Math.max(offset, 0);
        this.state.open = null;
        return this.load();
    }

    onInput(ev) {
        this.state.text = ev.target.value.trim();
        this.search();
    }

    get hasNext() {
        return this.state.offset + PAGE < this.state.page.total;
    }

    get range() {
        const { total } = this.state.page;
        const first = Math.min(this.state.offset + 1, total);
        return _t("%(first)s–%(last)s of %(total)s", {
            first,
            last: Math.min(this.state.offset + PAGE, total),
            total,
        });
    }

    previous() {
        return this.go(this.state.offset - PAGE);
    }

    next() {
        return this.go(this.state.offset + PAGE);
    }

    cells(row, channel) {
        return row.cells[channel.id] || [];
    }

    toggle(cell) {
        this.state.open = this.state.open === cell.id ? null : cell.id;
    }

    /** Amber: the shop still shows another number. */
    level(cell) {
        if (cell.problem) {
            return "text-danger";
        }
        if (cell.cause === "off") {
            return "text-muted";
        }
        return cell.sent !== cell.quantity ? "text-warning" : "";
    }

    openSku(cell) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "ec.listing.sku",
            res_id: cell.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("ec_unified.stock_preview", EcStockPreview);
