/** @param pages - Additional links: path and title; neither is foreign text. */
export function homePage(pages: readonly { path: string; title: string }[]): string {
  const links = pages.map(({ path, title }) => `    <p><a href="${path}">${title}</a></p>\n`).join("");
  return `<!DOCTYPE html>
<html lang="en">
  <head><meta charset="utf-8"><title>same-kit functions host</title></head>
  <body>
    <h1>Your Functions app is up and running</h1>
${links}    <p>HTTP functions are served below <code>/api</code>; <a href="/admin/functions">/admin/functions</a> lists them all.</p>
  </body>
</html>
`;
}
