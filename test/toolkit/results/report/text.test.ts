import { expect, test } from "vitest";
import { ansiToHtml } from "../../../../toolkit/src/results/report/ansi.ts";
import { formatBytes, formatMs } from "../../../../toolkit/src/results/report/format.ts";
import { markdownToHtml } from "../../../../toolkit/src/results/report/markdown.ts";
import { highlightPython } from "../../../../toolkit/src/results/report/python-code.ts";

test.each([
  ["\u001b[1;32mok\u001b[0m", '<span class="ansi-bold ansi-green">ok</span>'],
  ["\u001b[38;5;196mx\u001b[39my", '<span style="color:#ff0000">x</span>y'],
  ["\u001b[48;2;1;2;3mx", '<span style="background:#010203">x</span>'],
  ["\u001b[2K\u001b[Aup \u001b]0;title\u0007rest", "up rest"],
  ["<\u001b[31m&\u001b[m>", '&lt;<span class="ansi-red">&amp;</span>&gt;'],
])("the terminal text %j becomes %j", (text, html) => {
  expect(ansiToHtml(text)).toBe(html);
});

test.each([
  ["if x:  # why", '<span class="py-keyword">if</span> x:  <span class="py-comment"># why</span>'],
  ["s = 'a # b'", 's = <span class="py-string">&#39;a # b&#39;</span>'],
  ['d = """a\nif b"""', 'd = <span class="py-string">&quot;&quot;&quot;a\nif b&quot;&quot;&quot;</span>'],
  ["%time f(1)", '<span class="py-magic">%time f(1)</span>'],
  ["x1 = 7 % y", 'x1 = <span class="py-number">7</span> % y'],
])("the Python code %j is highlighted", (source, html) => {
  expect(highlightPython(source)).toBe(html);
});

test("a picture attached to a cell is part of the page", () => {
  const html = markdownToHtml("![p](attachment:a%20b.png)", { "a b.png": { "image/png": "iVBORw==" } });
  expect(html).toContain('<img src="data:image/png;base64,iVBORw==" alt="p">');
});

test.each(["attachment:100%", "attachment:constructor"])("%j is not a picture and stays text", (text) => {
  expect(markdownToHtml(text, { "a b.png": { "image/png": "iVBORw==" } })).toContain(text);
});

test.each(["javascript:alert(1)", "data:text/html,x", "vbscript:x"])("%j does not become a link", (href) => {
  expect(markdownToHtml(`[x](${href}) ![y](${href})`)).not.toMatch(/<a |<img /);
});

test.each([
  [formatMs(4.4), "4 ms"],
  [formatMs(61_000), "1 min 1 s"],
  [formatBytes(999), "999 B"],
  [formatBytes(1_500_000), "1.5 MB"],
])("%s is formatted as %s", (text, expected) => {
  expect(text).toBe(expected);
});
