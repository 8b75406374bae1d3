import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("ec_mail_ledger", {
    steps: () => [
        { trigger: ".o_ec_mail_ledger .o_ec_cell_failed", content: "a failed mail is seen" },
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
