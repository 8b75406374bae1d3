import { Component, onWillUnmount, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

/** Orders per call: short enough for a moving bar, long enough to be quick. */
const CHUNK = 20;

/** Does one thing with hundreds of orders: a progress bar, then what failed and why. */
export class EcBulkDialog extends Component {
    static template = "ec_unified.BulkDialog";
    static components = { Dialog };
    static props = { close: Function, title: String, work: String, ids: Array, onDone: Function };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ worked: 0, done: 0, failures: [], running: true });
        onWillUnmount(() => (this.stopped = true));
        this.run();
    }

    get percent() {
        return Math.round((100 * this.state.worked) / Math.max(this.props.ids.length, 1));
    }

    async run() {
        const { ids, work } = this.props;
        for (let start = 0; start < ids.length && !this.stopped; start += CHUNK) {
            const chunk = ids.slice(start, start + CHUNK);
            try {
                const result = await this.orm.silent.call("ec.bulk", "run", [work, chunk]);
                this.state.done += result.done;
                this.state.failures.push(...result.failures);
            } catch (error) {
                const reason = error.data?.message || error.message;
                this.state.failures.push({ id: false, name: `${chunk.length}`, reason });
            }
            this.state.worked += chunk.length;
        }
        this.state.running = false;
    }

    get summary() {
        return _t("%(done)s done, %(failed)s failed", {
            done: this.state.done,
            failed: this.state.failures.length,
        });
    }

    close() {
        this.stopped = true;
        this.props.close();
        this.props.onDone();
    }

    showFailures() {
        const ids = this.state.failures.map((failure) => failure.id).filter(Boolean);
        this.props.close();
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: _t("Failed"),
            res_model: "sale.order",
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain: [["id", "in", ids]],
        });
    }
}

registry.category("actions").add("ec_unified.bulk", (env, action) => {
    const { title, work, ids } = action.params;
    env.services.dialog.add(EcBulkDialog, {
        title,
        work,
        ids,
        onDone: () => env.services.action.doAction({ type: "ir.actions.client", tag: "soft_reload" }),
    });
});
