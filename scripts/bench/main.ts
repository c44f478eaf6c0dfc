import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import Table from "cli-table3";
import { benchEngine } from "./bench-engine.ts";
import { benchEntities } from "./bench-entities.ts";
import { benchFunctions } from "./bench-functions.ts";
import { benchGrowth } from "./bench-growth.ts";
import { benchHost } from "./bench-host.ts";
import { benchInspector } from "./bench-inspector.ts";
import { benchInstall } from "./bench-install.ts";
import { benchNotebook } from "./bench-notebook.ts";
import { benchPeers } from "./bench-peers.ts";
import { benchRehearsal } from "./bench-rehearsal.ts";
import { benchResume } from "./bench-resume.ts";
import { benchSession } from "./bench-session.ts";
import { benchSteady } from "./bench-steady.ts";
import { benchStep } from "./bench-step.ts";
import { benchWarm } from "./bench-warm.ts";
import type { Figure } from "./figure.ts";

const BENCHES = {
  install: benchInstall,
  notebook: benchNotebook,
  warm: benchWarm,
  engine: benchEngine,
  entities: benchEntities,
  growth: benchGrowth,
  host: benchHost,
  functions: benchFunctions,
  inspector: benchInspector,
  peers: benchPeers,
  rehearsal: benchRehearsal,
  resume: benchResume,
  session: benchSession,
  step: benchStep,
  steady: benchSteady,
};
// Takes twenty minutes, so it only runs on request.
const ON_REQUEST: ReadonlySet<string> = new Set(["steady"]);

const isJson = process.argv.includes("--json");
const wanted = process.argv.slice(2).filter((it) => !it.startsWith("--"));
const folder = mkdtempSync(path.join(tmpdir(), "same-kit-bench-"));
const figures: Figure[] = [];
try {
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (wanted.length > 0 ? !wanted.includes(name) : ON_REQUEST.has(name)) continue;
    process.stderr.write(`measuring: ${name}\n`);
    figures.push(...(await bench(path.join(folder, name))));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

if (isJson) console.log(JSON.stringify({ formatVersion: 1, node: process.version, figures }, null, 2));
else console.log(toTable(figures));

function toTable(rows: readonly Figure[]): string {
  const table = new Table({
    head: ["what", "measured", "aim", "", "compared with", "ratio"],
    style: { head: [], border: [] },
  });
  for (const { name, value, unit, aim, isMet, comparedWith, note } of rows) {
    const mark = isMet === null ? "" : isMet ? "met" : "MISSED";
    const beside =
      comparedWith === null ? (note ?? "") : `${comparedWith.name}: ${comparedWith.value} ${comparedWith.unit}`;
    table.push([
      name,
      `${value} ${unit}`,
      aim ?? "",
      mark,
      beside,
      comparedWith === null ? "" : `${comparedWith.ratio}x`,
    ]);
  }
  return table.toString();
}
