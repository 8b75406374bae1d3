import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("ec_mail_ledger", {
    steps: () => [
        { trigger: ".o_ec_mail_ledger .o_ec_cell_failed", content: "a failed mail is seen" },
        { trigger: ".o_ec_legend:contains(失敗)", content: "and what its icon means" },
        { trigger: "th.o_ec_mail_kind:contains(欠品)" },
        { trigger: ".o_ec_chip_overdue", run: "click" },
        { trigger: ".o_ec_mail_ledger tbody:not(:has(tr:nth-child(2)))" },
        { trigger: ".o_ec_all", run: "click" },
        { trigger: ".o_ec_resend", run: "click" },
        { trigger: ".o_notification" },
        { trigger: ".o_ec_chip_overdue.btn-primary", run: "click" },
        { trigger: ".o_ec_cell_queued", run: "click" },
        { trigger: ".o_form_view button[name=button_open_order]" },
        { trigger: ".o_form_view .nav-link[name=text]", run: "click" },
        { trigger: ".o_field_widget[name=mail_text]:contains(山田 花子 様)" },
    ],
});

registry.category("web_tour.tours").add("ec_mail_preview", {
    steps: () => [
        { trigger: ".o_ec_show", run: "click" },
        { trigger: ".o_ec_mail_body:contains(山田 花子 様)" },
        { trigger: ".o_ec_mail_preview .nav-link[name=text]", run: "click" },
        { trigger: ".o_ec_mail_text:contains(ご注文番号)" },
    ],
});

/** Mails that wait for a person: read, changed, released; another one is not wanted. */
registry.category("web_tour.tours").add("ec_mail_release", {
    steps: () => [
        { trigger: ".o_list_view .o_data_row:contains(T-2)", content: "both wait" },
        { trigger: ".o_data_row:contains(T-1) .o_data_cell[name=order_number]", run: "click" },
        {
            content: "the text stands there already",
            trigger: ".o_field_widget[name=draft_body] .odoo-editor-editable:contains(山田 花子 様)",
        },
        {
            trigger: ".o_field_widget[name=draft_subject] input",
            run: "edit 書き直した件名（ご注文番号：T-1）",
        },
        {
            trigger: ".o_field_widget[name=draft_body] .odoo-editor-editable p:first",
            run: "editor 手直しした本文です。",
        },
        { trigger: "button[name=button_approve]", run: "click" },
        { trigger: ".o_form_view:not(:has(button[name=button_approve]))" },
        { trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item a", run: "click" },
        { content: "it waits no more", trigger: ".o_list_view:not(:contains(T-1))" },
        { trigger: ".o_data_row:contains(T-2) .o_list_record_selector input", run: "click" },
        { trigger: ".o_control_panel button[name=button_stop]", run: "click" },
        { trigger: ".o_list_view:not(:contains(T-2))" },
    ],
});
