import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

// Product × shop: find a product, see why a shop shows what it shows.
tours.add("ec_stock_preview", {
    steps: () => [
        { trigger: ".o_ec_stock_preview tbody tr:contains('P-1')" },
        { trigger: ".o_ec_preview_search", run: "edit P-2" },
        { trigger: ".o_ec_stock_preview tbody:not(:has(tr:contains('P-1')))" },
        { trigger: ".o_ec_quantity", run: "click" },
        { trigger: ".o_ec_why:contains('3')" },
        { trigger: ".o_ec_why button", run: "click" },
        { trigger: ".o_form_view .o_field_widget[name='stock_rule_id']" },
    ],
});

// What is not matched: a suggestion by name, accepted in bulk.
tours.add("ec_stock_matching", {
    steps: () => [
        { trigger: ".o_list_view .o_data_row" },
        { trigger: ".o_list_record_selector input", run: "click" },
        { trigger: "button[name='button_suggest']", run: "click" },
        { trigger: ".o_notification" },
        { trigger: ".o_data_row td[name='suggest_product_id']:contains('P-1')" },
        { trigger: ".o_list_record_selector input", run: "click" },
        { trigger: "button[name='button_accept_suggestion']", run: "click" },
        { trigger: ".o_list_view:not(:has(.o_data_row))" },
    ],
});

// The list of differences: correct one by one click.
tours.add("ec_stock_difference", {
    steps: () => [
        { trigger: ".o_list_view .o_group_header" },
        { content: "what the mall shows and what it should", trigger: ".o_data_row td[name='qty_mall']:contains('99')" },
        { trigger: ".o_data_row td[name='qty_expected']:contains('10')" },
        { trigger: ".o_data_row button[name='button_repair']", run: "click" },
        { trigger: ".o_notification" },
    ],
});

// A sheet to count by, for the shelves that are chosen.
tours.add("ec_count_sheets", {
    steps: () => [
        { trigger: ".o_list_view .o_data_row td[name='complete_name']:contains('A-1')" },
        { trigger: ".o_data_row:contains('A-1') .o_list_record_selector input", run: "click" },
        { trigger: ".o_control_panel button:contains('棚卸表を印刷')" },
    ],
});
