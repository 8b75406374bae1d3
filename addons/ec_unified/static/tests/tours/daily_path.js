import { registry } from "@web/core/registry";

/**
 * The daily path: connect a shop, see the orders, see the stock. The test that starts a tour leaves
 * what it expects in the session storage: see `tests/odoo/test_daily_tour.py`.
 */
const facts = () => JSON.parse(sessionStorage.getItem("ec_tour") || "{}");
const tours = registry.category("web_tour.tours");

/** Wait until an element shows all of these texts. */
function shows(content, trigger, texts) {
    return {
        content,
        trigger,
        run() {
            // A currency's blank is a no-break one.
            const shown = [this.anchor.textContent, ...inputs(this.anchor)]
                .join("|")
                .replace(/\s+/g, " ");
            const missing = texts().filter((text) => !shown.includes(text));
            if (missing.length) {
                throw new Error(`${content}: “${missing.join("”, “")}” not in “${shown}”`);
            }
        },
    };
}

function inputs(element) {
    return [...element.querySelectorAll("input, textarea")].map((input) => input.value);
}

const wizard = (name) => `.modal .o_form_view [name="${name}"]`;
const next = { trigger: ".modal footer button[name=action_next]:enabled", run: "click" };

/** From the day board through the wizard to a running shop; the facts say of which mall. */
tours.add("ec_connect_shop", {
    steps: () => [
        { content: "connect a shop", trigger: ".o_ec_connect_shop", run: "click" },
        {
            content: "choose the mall",
            trigger: `${wizard("provider")} .o_radio_input`,
            run(helpers) {
                return helpers.click(
                    `${wizard("provider")} input[data-value="${facts().provider}"]`
                );
            },
        },
        { trigger: `${wizard("show_api_url")} input`, run: "click" },
        {
            content: "enter the credentials",
            trigger: `${wizard("api_url")} input`,
            async run(helpers) {
                for (const [field, value] of Object.entries(facts().credentials)) {
                    await helpers.edit(value, `${wizard(field)} input`);
                }
            },
        },
        next,
        shows(
            "the check answers by itself and says what it found",
            `${wizard("step_check")} .alert-success [name="check_report"]:not(:empty)`,
            () => [facts().report]
        ),
        next,
        {
            content: "choose the warehouse",
            trigger: `${wizard("warehouse_ids")} input`,
            run(helpers) {
                return helpers.edit(facts().warehouse);
            },
        },
        {
            trigger: ".o-autocomplete--dropdown-item:not(.o_m2o_no_result) a",
            run: "click",
        },
        { trigger: `${wizard("warehouse_ids")} .o_tag` },
        next,
        {
            content: "the items are read and matched",
            trigger: `${wizard("step_items")}:not(:has(.alert-info)) [name="item_count"]`,
        },
        shows("matched", wizard("matched_count"), () => [facts().matched]),
        shows("not matched", wizard("unmatched_count"), () => [facts().unmatched]),
        next,
        { trigger: ".modal footer button[name=action_start]", run: "click" },
        { content: "the wizard is closed", trigger: "body:not(:has(.modal))" },
        shows(
            "the shop runs under the name it has at the mall",
            ".o_form_view .o_form_sheet_bg",
            () => [facts().shop_name]
        ),
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains(稼働中)" },
    ],
});

/** From the day board to the list of orders, and into one of them. */
tours.add("ec_orders_of_the_day", {
    steps: () => [
        shows("the day board counts", "button.o_ec_card[data-key='stage:ready']", () => [
            "出荷待ち",
            facts().ready,
        ]),
        { trigger: "button.o_ec_card[data-key='stage:ready']", run: "click" },
        {
            content: "the number led to exactly those orders",
            trigger: ".o_list_view .o_data_row",
            run() {
                const rows = document.querySelectorAll(".o_list_view .o_data_row").length;
                if (rows !== Number(facts().ready)) {
                    throw new Error(`${rows} orders shown, ${facts().ready} counted`);
                }
            },
        },
        ...[0, 1].map((number) =>
            shows(
                `order ${number + 1} in the list`,
                `.o_list_view tbody:has(.o_data_row)`,
                () => facts().rows[number]
            )
        ),
        {
            content: "open an order",
            trigger: ".o_data_row td[name=ec_order_number]",
            run(helpers) {
                const cells = [...document.querySelectorAll(".o_data_row td[name=ec_order_number]")];
                return helpers.click(cells.find((cell) => cell.textContent === facts().open));
            },
        },
        shows("band", ".o_form_view [name=ec_band]", () => facts().form.band),
        shows("wishes", ".o_form_view .o_inner_group:has([name=ec_wish])", () => facts().form.wishes),
        shows("money", ".o_form_view .o_inner_group:has([name=ec_buyer_total])", () => facts().form.money),
        shows("lines", ".o_form_view [name=order_line]", () => facts().form.lines),
        { trigger: ".o_form_view [name=picking_ids] .o_data_row:contains(準備完了)" },
    ],
});

/** What the shops are told about one SKU. */
tours.add("ec_stock_of_a_sku", {
    steps: () => [
        { content: "no groups", trigger: ".o_searchview_facet .o_facet_remove", run: "click" },
        { trigger: ".o_searchview:not(:has(.o_facet_remove))" },
        {
            content: "search for the SKU",
            trigger: ".o_searchview_input",
            run(helpers) {
                return helpers.edit(facts().sku);
            },
        },
        { trigger: ".o_searchview_autocomplete .o-dropdown-item:first", run: "click" },
        { trigger: ".o_searchview_facet" },
        {
            content: "both shops show the new quantity",
            trigger: ".o_list_view:not(:has(.o_data_row:nth-child(3))) td[name=qty_sent]",
            run() {
                const cells = [...document.querySelectorAll(".o_data_row td[name=qty_sent]")];
                const shown = cells.map((cell) => cell.textContent.trim()).join(" ");
                if (shown !== facts().shown) {
                    throw new Error(`quantities “${shown}” instead of “${facts().shown}”`);
                }
            },
        },
    ],
});
