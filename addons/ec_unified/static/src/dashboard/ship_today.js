import { Component, onWillUnmount, useState } from "@odoo/owl";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

const { DateTime } = luxon;
/** The clock moves on between two looks at the server. */
const TICK = 15000;
const MINUTE = 60000;
const SOON = 60;

/** What still has to leave today, carrier by carrier, against the hour the carrier comes. */
export class EcShipToday extends Component {
    static template = "ec_unified.ShipToday";
    static props = { today: Object, open: Function };

    setup() {
        this.state = useState({ now: DateTime.now() });
        this.timer = setInterval(() => (this.state.now = DateTime.now()), TICK);
        onWillUnmount(() => clearInterval(this.timer));
    }

    /** Whole minutes until then; negative when it has passed. */
    minutes(text) {
        return Math.ceil(deserializeDateTime(text).diff(this.state.now).toMillis() / MINUTE);
    }

    left(text) {
        const minutes = this.minutes(text);
        if (minutes <= 0) {
            return _t("time is up");
        }
        const values = { hours: Math.floor(minutes / 60), minutes: minutes % 60 };
        return values.hours
            ? _t("%(hours)s h %(minutes)s min left", values)
            : _t("%(minutes)s min left", values);
    }

    pickup(row) {
        return row.until
            ? _t("Pick-up %(hour)s, %(left)s", { hour: row.hour, left: this.left(row.until) })
            : "";
    }

    cutoff(row) {
        return row.closed
            ? _t("No shipping today")
            : _t("Orders until %(hour)s leave today, %(left)s", {
                  hour: row.hour,
                  left: this.left(row.until),
              });
    }

    /** Red when the carrier has gone or comes within the hour and something is left. */
    level(row) {
        if (!row.count) {
            return "none";
        }
        if (row.late || (row.until && this.minutes(row.until) <= 0)) {
            return "danger";
        }
        return row.until && this.minutes(row.until) <= SOON ? "warning" : "info";
    }
}
