import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { EcShipToday } from "./ship_today";

const { DateTime } = luxon;
const INTERVAL = 30000;
/** Stages with a key of their own. Alt with a digit belongs to the menus. */
const KEYS = ["1", "2", "3", "4", "5", "6", "7"];

/** The first screen of a clerk: work per stage, what needs attention, how the shops are. */
export class EcDashboard extends Component {
    static template = "ec_unified.Dashboard";
    static components = { EcShipToday, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ data: null });
        this.display = { controlPanel: {} };
        KEYS.forEach((key, index) => useHotkey(key, () => this.openStage(index)));
        onWillStart(() => this.load());
        this.timer = setInterval(() => this.reload(), INTERVAL);
        onWillUnmount(() => clearInterval(this.timer));
    }

    async load() {
        this.state.data = await this.orm.call("ec.dashboard", "get_dashboard_data", []);
    }

    async reload() {
        if (document.hidden) {
            return;
        }
        try {
            this.state.data = await this.orm.silent.call("ec.dashboard", "get_dashboard_data", []);
        } catch {
            // The server is away for a moment: the next round shows the numbers again.
        }
    }

    /** What somebody has to do; what is well comes after it, small. */
    get urgent() {
        return this.state.data.attention.filter((card) => card.count);
    }

    get calm() {
        return this.state.data.attention.filter((card) => !card.count);
    }

    openStage(index) {
        const card = this.state.data.stages[index];
        return card && this.open(card.key);
    }

    async open(key, channelId = false) {
        const action = await this.orm.call("ec.dashboard", "get_action", [key, channelId]);
        await this.action.doAction(action);
    }

    openLag(shop) {
        return this.action.doAction("ec_unified.action_ec_stock_lag", {
            additionalContext: { search_default_channel_id: shop.id },
        });
    }

    openShop(shop) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "ec.channel",
            res_id: shop.id,
            views: [[false, "form"]],
        });
    }

    connectShop() {
        return this.action.doAction("ec_unified.action_ec_channel_onboarding", {
            onClose: () => this.load(),
        });
    }

    age(text) {
        return text ? deserializeDateTime(text).toRelative() : "";
    }

    oldest(card) {
        return card.count && card.oldest ? _t("oldest: %s", this.age(card.oldest)) : "";
    }

    nextTry(shop) {
        const moment = shop.waits_until && deserializeDateTime(shop.waits_until);
        const waiting = moment && moment > DateTime.now();
        return waiting ? _t("Next try: %s", moment.toRelative()) : "";
    }

    stateLevel(shop) {
        const levels = { active: "success", test: "info", paused: "warning" };
        return levels[shop.state] || "secondary";
    }

    iconUrl(shop) {
        return `/web/image/ec.channel/${shop.id}/icon/48x48`;
    }
}

registry.category("actions").add("ec_unified.dashboard", EcDashboard);
