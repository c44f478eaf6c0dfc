import { loadOutputs, outputFields } from "../deployment/outputs.ts";
import { accessKeyForm, exportLines } from "../ui/export-lines.ts";
import { defineCommand } from "./define-command.ts";
import { ENVIRONMENT_OPTIONS, toFolder } from "./deployment-options.ts";
import { jsonOption } from "./shared-options.ts";

export const outputsCommand = defineCommand({
  name: "outputs",
  summary: "Print a deployment's names and, on request, its access key",
  positionals: [],
  options: {
    ...ENVIRONMENT_OPTIONS,
    export: {
      type: "boolean",
      help: "Print lines that a shell can evaluate; SAME clients need --show-key too",
    },
    "show-key": {
      type: "boolean",
      help: "Print the host with its access key, in the form that clients use: same:KEY@HOST",
    },
    ...jsonOption,
  },
  examples: ['eval "$(same-kit outputs --export --show-key)"', "same-kit outputs --env prod --json"],
  async run({ options }, { cwd, console }) {
    const folder = await toFolder(options, cwd);
    const outputs = await loadOutputs(folder);
    const key = options["show-key"] ? { access: accessKeyForm(outputs) } : {};
    console.json({ environment: folder.name, isRehearsal: folder.isRehearsal, ...outputFields(outputs), ...key });
    if (options.export) console.answer(exportLines(outputs, options["show-key"]).join("\n"));
    else if (options["show-key"]) console.answer(accessKeyForm(outputs));
    else {
      const rows = Object.entries(outputFields(outputs)).map(([name, value]) => `${name} = ${value}`);
      console.answer(rows.join("\n"));
    }
    return 0;
  },
});
