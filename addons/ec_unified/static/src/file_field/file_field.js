import { useSubEnv } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { BinaryField, binaryField } from "@web/views/fields/binary/binary_field";
import { FileUploader } from "@web/views/fields/file_handler";

const MEGABYTE = 1024 * 1024;

/** Refuses a file that is too large before anything of it is read or sent. */
export class EcFileUploader extends FileUploader {
    async onFileChange(ev) {
        const limit = this.env.ecMaxMegabytes;
        const large = [...ev.target.files].find((file) => limit && file.size > limit * MEGABYTE);
        if (!large) {
            return super.onFileChange(ev);
        }
        ev.target.value = null;
        const size = Math.ceil(large.size / MEGABYTE);
        this.notification.add(
            _t("The file has %(size)s MB; at most %(limit)s MB are read.", { size, limit }),
            { type: "danger" },
        );
    }
}

export class EcFileField extends BinaryField {
    static components = { ...BinaryField.components, FileUploader: EcFileUploader };
    static props = { ...BinaryField.props, maxMegabytes: { type: Number, optional: true } };

    setup() {
        super.setup();
        useSubEnv({ ecMaxMegabytes: this.props.maxMegabytes });
    }
}

registry.category("fields").add("ec_file", {
    ...binaryField,
    component: EcFileField,
    extractProps: (info) => ({
        ...binaryField.extractProps(info),
        maxMegabytes: info.options.max_mb,
    }),
});
