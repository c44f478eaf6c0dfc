import { openEnvironments } from "../adapters/machine/environments.ts";
import { formatSize } from "../ui/format.ts";
import { renderTable } from "../ui/table.ts";
import { defineCommand } from "./define-command.ts";
import { jsonOption } from "./shared-options.ts";

export const envListCommand = defineCommand({
  name: "env list",
  summary: "List the environments created from requirements.txt files",
  description:
    "Each combination of requirements.txt and Python has one environment on this machine, created when a step first needs it. Most recently used first; --json includes their packages.",
  positionals: [],
  options: { ...jsonOption },
  examples: ["same-kit env list", "same-kit env list --json"],
  async run(_input, { env, console }) {
    const { folder, list } = openEnvironments(env);
    const environments = await list();
    console.json({ folder, environments });
    if (environments.length === 0) console.answer(`There are no environments in ${folder}.`);
    const rows = environments.map(({ name, python, isUsable, installer, packages, sizeBytes, usedAt }) => [
      name,
      isUsable ? (python ?? "") : "(cannot be used)",
      String(packages.length),
      installer ?? "",
      formatSize(sizeBytes),
      usedAt.slice(0, 10),
    ]);
    if (rows.length > 0) {
      console.answer(renderTable(["Environment", "Python", "Packages", "Made by", "Size", "Last used"], rows, console));
    }
    return 0;
  },
});
