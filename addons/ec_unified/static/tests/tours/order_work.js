import { registry } from "@web/core/registry";

/**
 * A clerk's day with orders, on Japanese screens: the board, a check, a parcel for two, many at once.
 * `ec_unified/tests/test_order_tour.py` makes the orders and says what must be true afterwards.
 */
const tours = registry.category("web_tour.tours");

const card = (key) => `button.o_ec_card[data-key='${key}']`;
const rows = ".o_list_view .o_data_row";

/** Wait until a list shows exactly so many orders. */
const exactly = (count) => ({
    content: `the list shows ${count} orders`,
    trigger: `.o_list_view:has(.o_data_row:nth-child(${count})):not(:has(.o_data_row:nth-child(${
        count + 1
    })))`,
    timeout: 30000,
});

/** Back to the day board by the breadcrumb. */
const back = { trigger: ".breadcrumb-item a:contains(ショップ管理)", run: "click" };

tours.add("ec_day_board", {
    steps: () => [
        { content: "one card per stage, in Japanese", trigger: `${card("stage:check")}:contains(要確認)`, timeout: 30000 },
        { trigger: `${card("stage:check")} .o_ec_count:contains(/^2$/)` },
        { trigger: `${card("stage:check")} .o_ec_age:contains(最古)` },
        { trigger: `${card("stage:ready")} .o_ec_count:contains(/^2$/)` },
        { trigger: `${card("stage:payment")} .o_ec_count:contains(/^1$/)` },
        { content: "money that is awaited, by method", trigger: ".o_ec_payment:contains(銀行振込):contains(1,100)" },
        { content: "what is well stands small", trigger: `.o_ec_calm ${card("errors")}` },
        { content: "the shop and how it is", trigger: ".o_ec_shop:contains(見本店):contains(稼働中)" },
        { content: "the key of a stage opens it", trigger: `${card("stage:payment")} .o_ec_key:contains(3)`, run: "press 3" },
        exactly(1),
        { trigger: `${rows} td[name=ec_stage]:contains(入金待ち)` },
        back,
        { content: "a number leads to exactly those", trigger: card("stage:check"), run: "click" },
        exactly(2),
        back,
        { trigger: ".o_ec_payment", run: "click" },
        exactly(1),
        { trigger: `${rows} td[name=ec_days_waiting]` },
        back,
        { trigger: ".o_ec_shop .o_ec_fact:contains(未完了の受注)", run: "click" },
        exactly(5),
    ],
});

tours.add("ec_check_cleared", {
    steps: () => [
        exactly(2),
        { trigger: `${rows} td[name=ec_order_number]:contains(T-CHECK-1)`, run: "click" },
        {
            content: "the reason and what to do stand above the order",
            trigger: ".o_form_view .alert:contains(備考あり):contains(備考を読んでください)",
        },
        { trigger: ".o_form_view [name=ec_band]:contains(要確認)" },
        { trigger: ".o_form_view [name=ec_wishes]:contains(電話してください), .o_form_view textarea" },
        { content: "looked at", trigger: ".alert button[name=action_clear]", run: "click" },
        { content: "the order goes on by itself", trigger: ".o_form_view [name=ec_band]:contains(出荷待ち)" },
        { trigger: ".o_form_view:not(:has(.alert-danger button[name=action_clear]))" },
        { trigger: ".breadcrumb-item a:contains(要確認)", run: "click" },
        exactly(1),
    ],
});

tours.add("ec_merge_orders", {
    steps: () => [
        { content: "two shops, one buyer", trigger: `${rows}:contains(見本店):contains(見本店 二号)`, timeout: 30000 },
        { trigger: `${rows} td[name=state]:contains(候補)` },
        { trigger: `${rows} button[name=action_merge]`, run: "click" },
        { content: "nothing is suggested any more", trigger: `.o_list_view:not(:has(.o_data_row)), .o_view_nocontent` },
        { trigger: ".o_searchview_facet .o_facet_remove", run: "click" },
        { trigger: `${rows} td[name=state]:not(:contains(候補))` },
        { content: "and apart again", trigger: `${rows} button[name=action_undo]`, run: "click" },
        { trigger: `${rows} td[name=state]:contains(解除)` },
    ],
});

tours.add("ec_bulk_work", {
    steps: () => [
        exactly(5),
        { trigger: "thead .o_list_record_selector input", run: "click" },
        { trigger: ".o_control_panel .o_cp_action_menus button:contains(アクション)", run: "click" },
        { trigger: ".o-dropdown-item:contains(出荷をまとめて確定)", run: "click" },
        { content: "what cannot be taken back is asked first", trigger: ".modal .o_ec_bulk_ask:contains(5件):contains(取り消せません)" },
        { content: "changed my mind", trigger: ".modal footer button:contains(戻る)", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        exactly(5),
        { trigger: ".o_control_panel .o_cp_action_menus button:contains(アクション)", run: "click" },
        { trigger: ".o-dropdown-item:contains(出荷をまとめて確定)", run: "click" },
        { trigger: ".modal footer .o_ec_bulk_go", run: "click" },
        { content: "a bar that reaches its end", trigger: ".o_ec_bulk[data-running='0'] .progress-bar" },
        { content: "what was done and what was not", trigger: ".o_ec_bulk_summary:contains(2):contains(3)" },
        { content: "each failure with its reason", trigger: ".o_ec_bulk_failures tr:contains(T-CHECK-1)" },
        { trigger: ".o_ec_bulk_failures tr:contains(T-PAY)" },
        { trigger: ".modal footer button:contains(失敗した受注を表示)", run: "click" },
        exactly(3),
        { content: "as the other lists of orders", trigger: `${rows} td[name=ec_stage]:contains(入金待ち)` },
    ],
});
