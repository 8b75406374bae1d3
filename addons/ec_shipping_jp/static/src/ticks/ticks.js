import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** A row of ticks: one per step of a delivery; what is missing stands out. */
export class EcTicks extends Component {
    static template = "ec_shipping_jp.Ticks";
    static props = { ...standardFieldProps };

    get steps() {
        return this.props.record.data[this.props.name] || [];
    }

    get visible() {
        return this.steps.filter((step) => step.state !== "off");
    }

    title(step) {
        if (step.state === "done") {
            return [step.label, step.at, step.user].filter(Boolean).join(" ");
        }
        return step.state === "missing"
            ? _t("%s: missing", step.label)
            : _t("%s: not yet", step.label);
    }

    done(step) {
        return [step.at, step.user].filter(Boolean).join(" ");
    }

    icon(step) {
        return step.state === "missing" ? "fa-exclamation-triangle" : step.icon;
    }
}

registry.category("fields").add("ec_ticks", {
    component: EcTicks,
    supportedTypes: ["jsonb", "json"],
});
