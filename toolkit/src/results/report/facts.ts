// Everything in the report except the notebook: the facts of the run, its variables, its environment, its log.

import { type Boundary, type BoundaryVariable, boundariesOf, summarizeBoundary } from "../boundaries.ts";
import type { RunResults, StepResult } from "../run-results.ts";
import { ansiToHtml } from "./ansi.ts";
import { escapeHtml } from "./escape.ts";
import { formatBytes, formatMs } from "./format.ts";

const MAX_LOG = 300_000;

export function renderHead({ notebook, id, status, startedAt, durationMs, python, failure }: RunResults): string {
  const facts: [string, string][] = [
    ["Run", id],
    ["Started", `${startedAt.slice(0, 19).replace("T", " ")} UTC`],
    ["Took", formatMs(durationMs)],
    ...(python === null ? [] : ([["Python", `${python.implementation} ${python.version}`]] as [string, string][])),
  ];
  const list = facts.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join("");
  const why = failure === null ? "" : `<p class="failure">${escapeHtml(failure)}</p>`;
  return `<header><h1>${escapeHtml(notebook)} <span class="badge ${escapeHtml(status)}">${escapeHtml(status)}</span></h1><dl class="facts">${list}</dl>${why}</header>`;
}

export function renderWarnings({ warnings }: RunResults): string {
  if (warnings.length === 0) return "";
  const items = warnings.map((text) => `<li>${escapeHtml(text)}</li>`).join("");
  return `<section><h2>Warnings</h2><ul class="warnings">${items}</ul></section>`;
}

/** The variables after the run, and those that were passed between steps. */
export function renderVariables({ variables, variablesOmitted, steps }: RunResults): string {
  const rows = variables.map(({ name, type, sizeBytes, repr, exploded }) => [
    code(name),
    code(type),
    sizeBytes === undefined ? "" : escapeHtml(formatBytes(sizeBytes)),
    exploded === undefined ? code(repr) : `<span class="lost">${escapeHtml(exploded)}</span>`,
  ]);
  const more = variablesOmitted > 0 ? `<p class="note">… and ${variablesOmitted} more.</p>` : "";
  const last = rows.length === 0 ? "" : `<h2>Variables</h2>${table(["Name", "Type", "Size", "Value"], rows)}${more}`;
  const known = steps.map(({ name, details }) => ({
    name,
    crossing: details?.crossing ?? null,
    lost: details?.lost ?? [],
  }));
  const crossings = boundariesOf(known).map(renderBoundary).join("");
  return last === "" && crossings === "" ? "" : `<section>${last}${crossings}</section>`;
}

function renderBoundary(boundary: Boundary): string {
  const isOpen = boundary.variables.some(({ fate }) => fate === "lost");
  const summary = escapeHtml(summarizeBoundary(boundary, formatBytes));
  const rows = boundary.variables.map(variableRow);
  return `<details${isOpen ? " open" : ""}><summary>${summary}</summary>${table(["Name", "Type", "Size", "Cell", "Value"], rows)}</details>`;
}

const variableRow = ({ name, type, cell, sizeBytes, fate, why }: BoundaryVariable): string[] => [
  code(name),
  code(type),
  sizeBytes === null ? "" : escapeHtml(formatBytes(sizeBytes)),
  cell === null ? "" : escapeHtml(cell),
  fate === "lost" ? `<span class="lost">${escapeHtml(`lost: ${why.join(" ")}`)}</span>` : fate,
];

export function renderEnvironment({ python, steps }: RunResults): string {
  const rows = steps
    .filter(({ python: version }) => version !== null)
    .map(({ name, python: version, environment }) => [code(name), escapeHtml(version ?? ""), code(environment ?? "")]);
  if (rows.length === 0) return "";
  const by =
    python === null
      ? ""
      : `<p>${escapeHtml(`${python.implementation} ${python.version}, dill ${python.dill}${python.executable === undefined ? "" : `, ${python.executable}`}`)}</p>`;
  return `<section><details><summary>Environment</summary>${by}${table(["Step", "Python", "Packages"], rows)}${renderPackages(steps)}${renderLocks(steps)}</details></section>`;
}

/** Steps with the same environment share one lock. */
function renderLocks(steps: readonly StepResult[]): string {
  const locks = new Map(
    steps.flatMap(({ environment, details }) => (details?.lock ? [[environment, details.lock]] : [])),
  );
  const lists = [...locks].map(([environment, { installer, packages }]) => {
    const summary = escapeHtml(`${environment}, installed by ${installer}: ${packages.length} packages`);
    return `<details><summary>${summary}</summary><pre class="text">${escapeHtml(packages.join("\n"))}</pre></details>`;
  });
  return lists.join("");
}

function renderPackages(steps: readonly StepResult[]): string {
  const packages = new Map(steps.flatMap(({ details }) => Object.entries(details?.packages ?? {})));
  const rows = [...packages]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, version]) => [code(name), code(version)]);
  return rows.length === 0 ? "" : table(["Package", "Version"], rows);
}

export function renderLog(log: string): string {
  if (log.trim() === "") return "";
  const shown = log.length > MAX_LOG ? `… ${log.slice(-MAX_LOG)}` : log;
  return `<section><details><summary>Log</summary><pre class="text">${ansiToHtml(shown)}</pre></details></section>`;
}

const code = (text: string): string => `<code>${escapeHtml(text)}</code>`;

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((text) => `<th scope="col">${text}</th>`).join("");
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("");
  return `<table class="rows"><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
}
