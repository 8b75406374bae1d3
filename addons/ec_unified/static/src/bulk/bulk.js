import { Component, onWillUnmount, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

/** Orders per call: short enough for a moving bar, long enough to be quick. */
const CHUNK = 20;

/** Does one thing with hundreds of orders: a question, a progress bar, then what failed and why. */
export class EcBulkDialog extends Component {
    static template = "ec_unified.BulkDialog";
    static components = { Dialog };
    static props = {
        close: Function, title: String, work: String, ids: Array, ask: String, onDone: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        const asking = Boolean(this.props.ask);
        this.state = useState({ worked: 0, done: 0, failures: [], asking, running: false });
        onWillUnmount(() => this.leave());
        if (!asking) {
            this.run();
        }
    }

    get percent() {
        return Math.round((100 * this.state.worked) / Math.max(this.props.ids.length, 1));
    }

    async run() {
        const { ids, work } = this.props;
        Object.assign(this.state, { asking: false, running: true });
        for (let start = 0; start < ids.length && !this.stopped; start += CHUNK) {
            const chunk = ids.slice(start, start + CHUNK);
            try {
                const result = await this.orm.silent.call("ec.bulk", "run", [work, chunk]);
                this.state.done += result.done;
                this.state.failures.push(...result.failures);
            } catch (error) {
                const reason = error.data?.message || error.message;
                // Whether the server did it is not known: all of them are shown.
                this.state.failures.push({ ids: chunk, name: _t("%s orders", chunk.length), reason });
            }
            this.state.worked += chunk.length;
        }
        this.state.running = false;
    }

    get failedIds() {
        return this.state.failures.flatMap((failure) => failure.ids || [failure.id]);
    }

    get summary() {
        return _t("%(done)s done, %(failed)s failed", {
            done: this.state.done,
            failed: this.failedIds.length,
        });
    }

    /** Stopped in the middle, what was done until then is shown first. */
    stopOrClose() {
        if (this.state.running) {
            this.stopped = true;
        } else {
            this.props.close();
        }
    }

    /** However the dialog is left, no part begins any more and the list shows what was done. */
    leave() {
        this.stopped = true;
        if (!this.state.asking && !this.showing) {
            this.props.onDone();
        }
    }

    async showFailures() {
        const action = await this.orm.call("ec.bulk", "show", [this.failedIds]);
        this.showing = true;
        this.props.close();
        return this.action.doAction(action);
    }
}

registry.category("actions").add("ec_unified.bulk", (env, action) => {
    const { title, work, ids, ask } = action.params;
    env.services.dialog.add(EcBulkDialog, {
        title,
        work,
        ids,
        ask,
        onDone: () => env.services.action.doAction({ type: "ir.actions.client", tag: "soft_reload" }),
    });
});
