/** For light and dark screens, and for printing. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2024; --soft: #60646c; --line: #e0e3e8; --paper: #fff; --box: #f7f8fa; --accent: #2962c4;
  --good: #1a7f43; --bad: #c62f2f; --odd: #a15c00; --string: #1a7f43; --keyword: #8a3ffc; --number: #b35900; --comment: #74777d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --soft: #9ba1a9; --line: #34383f; --paper: #16181b; --box: #1e2125;
  --accent: #7aa7ff; --good: #5fce8c; --bad: #ff8080; --odd: #f0b257; --string: #7fd8a3; --keyword: #c4a3ff; --number: #f0b257;
  --comment: #8b9098; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1040px; padding: 24px 20px 64px; color: var(--ink); background: var(--paper);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { font-size: 26px; margin: 0 0 8px; } h2 { font-size: 18px; margin: 32px 0 10px; }
a { color: var(--accent); } code, pre { font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.facts { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0; } .facts dt { color: var(--soft); } .facts dd { margin: 0 0 0 -14px; }
.badge { font-size: 12px; font-weight: 600; padding: 2px 8px; border-radius: 10px; border: 1px solid currentColor; vertical-align: middle;
  white-space: nowrap; color: var(--odd); }
.badge.completed { color: var(--good); } .badge.failed { color: var(--bad); } .badge.not-run { color: var(--soft); }
.failure, .lost { color: var(--bad); } .note { color: var(--soft); font-size: 13px; margin: 4px 0; } .failure { white-space: pre-wrap; }
.warnings li { white-space: pre-wrap; }
.timeline { width: 100%; border-collapse: collapse; } .timeline th { text-align: left; font-weight: 400; padding-right: 12px; white-space: nowrap; }
.timeline td { padding: 3px 6px; } .track { width: 60%; } .time { text-align: right; color: var(--soft); white-space: nowrap; font-size: 13px; }
.lane { display: block; position: relative; height: 14px; background: var(--box); border-radius: 3px; }
.bar { position: absolute; top: 0; bottom: 0; border-radius: 3px; background: var(--odd); min-width: 3px; }
.bar.completed { background: var(--accent); } .bar.failed { background: var(--bad); }
.step { color: var(--soft); font-size: 13px; margin: 28px 0 8px; border-top: 1px solid var(--line); padding-top: 8px; display: flex; gap: 10px; align-items: baseline; }
.step b { color: var(--ink); }
.cell { display: grid; grid-template-columns: 64px minmax(0, 1fr); gap: 0 10px; margin: 0 0 14px; }
.count { color: var(--soft); font: 12px/1.6 ui-monospace, monospace; text-align: right; padding-top: 7px; }
.source { margin: 0; padding: 8px 12px; background: var(--box); border: 1px solid var(--line); border-radius: 5px; overflow-x: auto; white-space: pre; tab-size: 4; }
.cell.failed .source { border-color: var(--bad); }
.outputs { grid-column: 2; min-width: 0; } .output { margin-top: 6px; } .output img { max-width: 100%; height: auto; background: #fff; }
.text { margin: 0; padding: 2px 12px; overflow: auto; max-height: 600px; white-space: pre-wrap; overflow-wrap: anywhere; }
.stderr .text { background: color-mix(in srgb, var(--odd) 10%, transparent); border-radius: 4px; }
.error .text { background: color-mix(in srgb, var(--bad) 10%, transparent); border-left: 3px solid var(--bad); border-radius: 4px; }
.foreign { width: 100%; border: 0; height: 120px; color-scheme: light dark; background: transparent; }
.markdown { grid-column: 2; min-width: 0; } .markdown > :first-child { margin-top: 0; } .markdown img { max-width: 100%; }
.markdown table, .rows { border-collapse: collapse; font-size: 13px; }
.markdown th, .markdown td, .rows th, .rows td { text-align: left; padding: 3px 10px 3px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.rows { width: 100%; } .rows td { overflow-wrap: anywhere; } .rows td:first-child { min-width: 7em; }
@media (min-width: 700px) { .rows td:nth-child(2) { min-width: 11em; } .rows td:nth-child(3) { min-width: 5em; } }
details { margin: 8px 0; } summary { cursor: pointer; }
.py-string { color: var(--string); } .py-comment { color: var(--comment); font-style: italic; } .py-number { color: var(--number); }
.py-keyword { color: var(--keyword); } .py-magic { color: var(--accent); }
.ansi-bold { font-weight: 600; } .ansi-dim { opacity: .7; } .ansi-italic { font-style: italic; } .ansi-underline { text-decoration: underline; }
.ansi-red { color: var(--bad); } .ansi-green { color: var(--good); } .ansi-yellow { color: var(--odd); } .ansi-blue { color: var(--accent); }
.ansi-magenta { color: var(--keyword); } .ansi-cyan { color: #0b8a94; } .ansi-black { color: var(--soft); } .ansi-white { color: var(--ink); }
.ansi-bg-red { background: color-mix(in srgb, var(--bad) 30%, transparent); } .ansi-bg-green { background: color-mix(in srgb, var(--good) 30%, transparent); }
.ansi-bg-yellow { background: color-mix(in srgb, var(--odd) 30%, transparent); } .ansi-bg-blue { background: color-mix(in srgb, var(--accent) 30%, transparent); }
@media (max-width: 640px) { body { padding: 16px 12px 48px; } .timeline th { white-space: normal; overflow-wrap: anywhere; padding-right: 4px; }
  .timeline .time ~ .time { display: none; } .track { width: 25%; } .cell { grid-template-columns: minmax(0, 1fr); } .count { text-align: left; }
  .outputs, .markdown { grid-column: 1; } .rows th, .rows td { padding-right: 6px; } .facts dd { overflow-wrap: anywhere; } }
@media print { :root { color-scheme: light; --ink: #000; --soft: #555; --line: #ccc; --paper: #fff; --box: #f6f6f6; --accent: #1a4fa0; --good: #14632f;
  --bad: #a11; --odd: #8a4b00; --string: #14632f; --keyword: #6427c4; --number: #8a4b00; --comment: #666; }
  body { max-width: none; padding: 0; font-size: 11pt; } .text { max-height: none; } .source { white-space: pre-wrap; }
  .output img, .foreign, tr { break-inside: avoid; } h2, .step { break-after: avoid; } a { color: inherit; text-decoration: none; } }
`;
