import { escapeHtml } from "./escape.ts";

// The frame can access neither the page around it nor the browser's storage. It only reports its height.
const TELL_HEIGHT =
  "<script>(()=>{const tell=()=>parent.postMessage({sameKitHeight:document.documentElement.scrollHeight},'*');new ResizeObserver(tell).observe(document.documentElement);addEventListener('load',tell)})()</script>";

const STYLE = `<style>
:root { color-scheme: light dark; }
body { margin: 0; padding: 2px; font: 13px/1.45 system-ui, sans-serif; overflow-y: hidden; }
table { border-collapse: collapse; font-size: 12px; }
th, td { padding: 3px 8px; text-align: right; border: 0; border-bottom: 1px solid #8884; }
img, svg { max-width: 100%; }
</style>`;

/** HTML created by a cell, in a separate frame. */
export function foreignHtml(html: string): string {
  const document = `<!doctype html><meta charset="utf-8">${STYLE}${html}${TELL_HEIGHT}`;
  return `<iframe class="foreign" sandbox="allow-scripts" srcdoc="${escapeHtml(document)}" title="Output of a cell"></iframe>`;
}

/** Sets the height of each frame to the reported one. */
export const FRAME_SCRIPT = `addEventListener("message", ({ source, data }) => {
  const height = Number(data?.sameKitHeight);
  if (!(height > 0)) return;
  for (const frame of document.querySelectorAll("iframe.foreign")) {
    if (frame.contentWindow === source) frame.style.height = Math.min(height + 4, 20000) + "px";
  }
});`;
