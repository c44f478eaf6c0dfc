// Plotly figures: each in a separate frame, drawn by one copy of the library in the page.

export const PLOTLY_TYPE = "application/vnd.plotly.v1+json";

/** A frame, and next to it the data that the library draws there. */
export function plotlyFrame(figure: unknown): string {
  return `<iframe class="foreign plotly" sandbox="allow-scripts" title="Figure of a cell"></iframe><script type="application/json">${inScript(figure)}</script>`;
}

/** For the end of the page: the library, and the script that fills the frames. */
export function plotlyLibrary(source: string): string {
  return `<script type="application/json" id="plotly-library">${inScript(source)}</script><script>${FILL_FRAMES}</script>`;
}

/** JSON that cannot end a script element. */
const inScript = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c");

// A script inside a frame's document is also text: characters that would end it are escaped.
const FILL_FRAMES = `(() => {
  const text = (value) => value.replace(/<\\/(script)/gi, "<\\\\/$1");
  const library = text(JSON.parse(document.getElementById("plotly-library").textContent));
  for (const frame of document.querySelectorAll("iframe.plotly")) {
    const figure = text(frame.nextElementSibling.textContent);
    frame.srcdoc = "<!doctype html><meta charset=utf-8><body style='margin:0'><div id=p></div><script>" + library +
      "</" + "script><script>const f = " + figure + "; Plotly.newPlot('p', f.data, f.layout, { responsive: true }).then(() =>" +
      " parent.postMessage({ sameKitHeight: document.documentElement.scrollHeight }, '*'))</" + "script>";
  }
})();`;
