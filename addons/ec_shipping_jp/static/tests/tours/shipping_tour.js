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

/** What the test has put down for the tour to work with. */
function facts() {
    return JSON.parse(sessionStorage.getItem("ec_tour"));
}

function selectAll(content) {
    return {
        content,
        trigger: ".o_list_view thead .o_list_record_selector input:not(:checked)",
        run: "click",
    };
}

registry.category("web_tour.tours").add("ec_shipping_day_out", {
    steps: () => [
        { content: "ten deliveries are ready", trigger: ".o_data_row:nth-child(10)" },
        selectAll("choose all for the batches"),
        {
            content: "build batches",
            trigger: ".o_control_panel button:contains(バッチを作成), .o_list_view button:contains(バッチを作成)",
            run: "click",
        },
        { content: "start them", trigger: ".modal button[name=action_build]", run: "click" },
        { content: "four batches are there", trigger: ".o_list_view .o_data_row:nth-child(4)" },
        { content: "back to the deliveries", trigger: ".breadcrumb-item a, .o_back_button", run: "click" },
        { content: "the deliveries again", trigger: ".o_data_row:nth-child(10) .o_ec_ticks" },
        selectAll("choose all that are picked"),
        {
            content: "the goods are in the baskets",
            trigger: ".o_control_panel button[name=action_ec_tick_picked], .o_list_view button[name=action_ec_tick_picked]",
            run: "click",
        },
        {
            content: "the tick is set",
            trigger: ".o_data_row:nth-child(10) .o_ec_tick[data-step=picked][data-state=done]",
        },
        selectAll("choose all for the labels"),
        {
            content: "make the label files",
            trigger: ".o_control_panel button[name=action_ec_labels], .o_list_view button[name=action_ec_labels]",
            run: "click",
        },
        { content: "check", trigger: ".modal button[name=action_export]", run: "click" },
        { content: "the files are there", trigger: ".modal button[name=action_download]" },
        { content: "close", trigger: ".modal button.btn-close", run: "click" },
        {
            content: "labelled",
            trigger: ".o_data_row:nth-child(10) .o_ec_tick[data-step=labelled][data-state=done]",
        },
    ],
});

registry.category("web_tour.tours").add("ec_shipping_day_in", {
    steps: () => [
        {
            content: "the tool the file comes from",
            trigger: ".o_field_widget[name=profile_id] input",
            run: `edit ${facts()?.layout}`,
        },
        {
            content: "choose it",
            trigger: `.o-autocomplete--dropdown-item a:contains(${facts()?.layout})`,
            run: "click",
        },
        {
            content: "hand over the file",
            trigger: ".o_field_widget[name=file] input[type=file]:not(:visible)",
            run() {
                const bytes = Uint8Array.from(atob(facts().file), (c) => c.charCodeAt(0));
                const data = new DataTransfer();
                data.items.add(new File([bytes], "issued.csv", { type: "text/csv" }));
                this.anchor.files = data.files;
                this.anchor.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        { content: "it is in", trigger: ".o_field_widget[name=file]:contains(issued.csv), .o_field_widget[name=file] input[type=text]" },
        { content: "read it", trigger: "button[name=action_read].btn-primary", run: "click" },
        { content: "what each row will do", trigger: ".o_field_widget[name=line_ids] .o_data_row" },
        { content: "apply", trigger: "button[name=action_apply]", run: "click" },
        {
            content: "done",
            trigger: ".o_arrow_button_current:contains(完了), .o_statusbar_status button.o_arrow_button_current[data-value=done]",
        },
    ],
});

registry.category("web_tour.tours").add("ec_shipping_day_told", {
    steps: () => [
        { content: "all have left", trigger: ".o_searchview_facet .o_facet_remove", run: "click" },
        {
            content: "the malls know: the last of ten says so",
            trigger: ".o_data_row:nth-child(10) .o_ec_tick[data-step=told][data-state=done]",
        },
    ],
});

registry.category("web_tour.tours").add("ec_shipping_board", {
    steps: () => [
        { content: "the carrier's hour", trigger: ".o_ec_today .o_ec_age:contains(17:30)" },
        { content: "the shop's hour", trigger: ".o_ec_cutoff:contains(13:15)" },
        { content: "what leaves today", trigger: ".o_ec_today .o_ec_card:contains(17:30)", run: "click" },
        {
            content: "the hour of a step",
            trigger: ".o_ec_tick[data-step=picked][title*='11/19 09:30']",
        },
    ],
});
