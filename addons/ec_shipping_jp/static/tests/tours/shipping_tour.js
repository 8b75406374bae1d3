import { registry } from "@web/core/registry";

/** What a scanner does: the code, then Enter. */
function scan(code) {
    return {
        content: `scan ${code}`,
        trigger: ".o_ec_inspection_input",
        run() {
            this.anchor.value = code;
            this.anchor.dispatchEvent(
                new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true })
            );
        },
    };
}

registry.category("web_tour.tours").add("ec_shipping_inspection", {
    steps: () => [
        scan("WH/OUT/TOUR"),
        { content: "the goods are asked for", trigger: ".o_ec_inspection tr[data-move]" },
        scan("WRONG-1"),
        {
            content: "a wrong item is refused",
            trigger: ".o_ec_inspection_message[data-level=danger]",
        },
        scan("4900000000017"),
        { content: "counted", trigger: ".o_ec_count:contains(1)" },
        scan("4900000000017"),
        { content: "complete", trigger: ".o_ec_inspection_message[data-level=success]" },
        scan("*2"),
        scan("1.5"),
        { content: "saved", trigger: ".o_ec_inspection:not(:has(tr[data-move]))" },
    ],
});

registry.category("web_tour.tours").add("ec_shipping_labels", {
    steps: () => [
        {
            content: "choose all deliveries",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "make the label files",
            trigger: ".o_control_panel button[name=action_ec_labels], .o_list_view button[name=action_ec_labels]",
            run: "click",
        },
        { content: "check", trigger: ".modal button[name=action_export]", run: "click" },
        { content: "the file is there", trigger: ".modal button[name=action_download]" },
        { content: "close", trigger: ".modal button.btn-close", run: "click" },
        {
            content: "the tick is set",
            trigger: ".o_ec_tick[data-step=labelled][data-state=done]",
        },
    ],
});
