import { Component, onWillUnmount, useState, xml } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const INTERVAL = 2000;
const LATE_AFTER = 90000;

/**
 * Reloads the form while it is shown. Put it where background work is awaited, under an
 * `invisible` that hides it once the work is done.
 */
export class AutoRefresh extends Component {
    static template = xml`
        <span t-if="state.late" class="d-block mt-2" t-esc="lateText"/>
    `;
    static props = { ...standardWidgetProps };

    setup() {
        this.state = useState({ late: false });
        this.lateText = _t(
            "This takes unusually long. Is Odoo's background service (cron workers) running?"
        );
        this.started = Date.now();
        this.timer = setInterval(() => this.refresh(), INTERVAL);
        onWillUnmount(() => clearInterval(this.timer));
    }

    async refresh() {
        const record = this.props.record;
        if (document.hidden || this.loading || (await record.isDirty())) {
            return;
        }
        this.state.late = Date.now() - this.started > LATE_AFTER;
        this.loading = true;
        try {
            await record.load();
        } finally {
            this.loading = false;
        }
    }
}

registry.category("view_widgets").add("ec_auto_refresh", { component: AutoRefresh });
