import { Component, onMounted, onPatched, onWillUnmount, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** Sounds without files: a short high one is right, a long low one is wrong. */
class Beeper {
    play(kind) {
        const context = this.context || (this.context = this.open());
        if (!context) {
            return;
        }
        const tones = { good: [[880, 0.08]], done: [[880, 0.1], [1320, 0.2]], bad: [[160, 0.5]] };
        let at = context.currentTime;
        for (const [frequency, seconds] of tones[kind]) {
            const oscillator = context.createOscillator();
            const gain = context.createGain();
            oscillator.type = kind === "bad" ? "square" : "sine";
            oscillator.frequency.value = frequency;
            gain.gain.value = 0.15;
            oscillator.connect(gain).connect(context.destination);
            oscillator.start(at);
            at += seconds;
            oscillator.stop(at);
        }
    }

    open() {
        try {
            return new AudioContext();
        } catch {
            return null; // No sound card: the colours are enough.
        }
    }
}

/**
 * Inspection by hand scanner, without mouse or waiting: the slip loads all lines, then every scan is
 * judged here at once; the server checks the counts again at the end.
 */
export class EcInspection extends Component {
    static template = "ec_shipping_jp.Inspection";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.input = useRef("input");
        this.beeper = new Beeper();
        this.display = { controlPanel: {} };
        this.state = useState({
            step: "slip", // slip, goods, weight, saving
            delivery: null,
            lines: [],
            lot: null,
            parcels: 1,
            weight: "",
            message: _t("Scan the slip"),
            level: "info",
            refused: [],
            scans: 0,
            finished: 0,
            left: null,
        });
        this.queue = [];
        this.focus = () => this.input.el?.focus();
        onMounted(() => {
            this.focus();
            this.timer = setInterval(this.focus, 1000);
        });
        onPatched(this.focus);
        onWillUnmount(() => clearInterval(this.timer));
    }

    // --- input: Enter ends a scan; scans made while the server answers wait their turn ---

    async onKeydown(event) {
        if (event.key === "Escape") {
            event.preventDefault();
            this.reset(_t("Scan the slip"));
        } else if (event.key === "Enter" || event.key === "Tab") {
            event.preventDefault();
            const code = event.target.value.trim();
            event.target.value = "";
            this.queue.push(code);
            await this.work();
        }
    }

    async work() {
        if (this.working) {
            return;
        }
        this.working = true;
        try {
            while (this.queue.length) {
                await this.handle(this.queue.shift());
            }
        } finally {
            this.working = false;
        }
    }

    async handle(code) {
        if (this.state.step === "slip") {
            return code && this.openSlip(code);
        }
        if (this.state.step === "weight") {
            return this.takeWeight(code);
        }
        if (!code) {
            return;
        }
        const command = code.match(/^\*(\d{1,2})$/);
        if (command) {
            return this.setParcels(Number(command[1]));
        }
        this.scanGoods(code);
        if (this.isComplete) {
            this.askWeight();
        }
    }

    // --- slip ---

    async openSlip(code) {
        let data;
        try {
            data = await this.orm.silent.call("stock.picking", "ec_inspect_open", [code]);
        } catch (error) {
            return this.refuse(code, error.data?.message || _t("The server does not answer."));
        }
        if (data.error) {
            return this.refuse(code, data.error);
        }
        Object.assign(this.state, {
            delivery: data,
            lines: data.lines.map((line) => ({ ...line, count: 0, scannedLots: [] })),
            parcels: data.parcels,
            weight: "",
            refused: [],
            scans: 0,
            step: "goods",
        });
        this.startedAt = Date.now();
        this.say("info", _t("Scan the goods"));
        this.beeper.play("good");
    }

    // --- goods ---

    scanGoods(code) {
        this.state.scans++;
        const lines = this.state.lines;
        const byLot = lines.find((line) => line.lots.includes(code));
        const matching = lines.filter((line) => line.codes.includes(code));
        if (byLot) {
            return this.scanLot(byLot, code);
        }
        if (!matching.length) {
            return this.refuse(code, _t("Wrong item: %s does not belong here", code));
        }
        const line = matching.find((one) => one.count < one.expected);
        if (!line) {
            return this.refuse(code, _t("Too many: %s is complete", matching[0].product));
        }
        if (line.tracking !== "none" && line.lots.length) {
            return this.say("info", _t("Scan the serial or lot number of %s", line.product));
        }
        this.count(line);
    }

    scanLot(line, lot) {
        if (line.tracking === "serial" && line.scannedLots.includes(lot)) {
            return this.refuse(lot, _t("This serial number was scanned already"));
        }
        if (line.count >= line.expected) {
            return this.refuse(lot, _t("Too many: %s is complete", line.product));
        }
        line.scannedLots.push(lot);
        this.count(line);
    }

    count(line) {
        line.count = Math.min(line.count + 1, line.expected);
        this.state.last = line.move_id;
        this.say("success", _t("%(product)s: %(count)s of %(expected)s", line));
        this.beeper.play("good");
    }

    setParcels(number) {
        this.state.parcels = Math.max(number, 1);
        this.say("success", _t("%s parcels", this.state.parcels));
    }

    get isComplete() {
        return this.state.lines.every((line) => line.count >= line.expected);
    }

    // --- end ---

    askWeight() {
        this.state.step = "weight";
        this.say("success", _t("Complete. Weight in kg (or Enter), *2 for two parcels"));
        this.beeper.play("done");
    }

    takeWeight(code) {
        const command = code.match(/^\*(\d{1,2})$/);
        if (command) {
            return this.setParcels(Number(command[1]));
        }
        const weight = code ? Number(code.replace(",", ".")) : 0;
        if (!(weight >= 0 && weight < 100)) {
            return this.refuse(code, _t("This is no weight: %s", code));
        }
        return this.finish(weight);
    }

    async finish(weight) {
        const delivery = this.state.delivery;
        const counts = Object.fromEntries(this.state.lines.map((l) => [l.move_id, l.count]));
        const result = {
            counts,
            weight,
            parcels: this.state.parcels,
            refused: this.state.refused,
            scans: this.state.scans,
            seconds: Math.round((Date.now() - this.startedAt) / 1000),
        };
        try {
            const answer = await this.orm.silent.call("stock.picking", "ec_inspect_finish", [
                [delivery.id],
                result,
            ]);
            this.state.left = answer.left;
        } catch (error) {
            return this.refuse("", error.data?.message || _t("Not saved: scan Enter again"));
        }
        this.state.finished++;
        this.beeper.play("done");
        this.reset(_t("%s is done. Scan the next slip", delivery.name), "success");
    }

    // --- messages ---

    refuse(code, reason) {
        this.state.refused.push({ code, reason });
        this.say("danger", reason);
        this.beeper.play("bad");
    }

    say(level, message) {
        Object.assign(this.state, { level, message });
    }

    reset(message, level = "info") {
        Object.assign(this.state, { step: "slip", delivery: null, lines: [], last: null });
        this.say(level, message);
    }

    lineLevel(line) {
        if (line.count >= line.expected) {
            return "table-success";
        }
        return line.count ? "table-warning" : "";
    }
}

registry.category("actions").add("ec_inspection", EcInspection);
