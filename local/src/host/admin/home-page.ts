export const HOME_PAGE = `<!DOCTYPE html>
<html lang="en">
  <head><meta charset="utf-8"><title>same-kit functions host</title></head>
  <body>
    <h1>Your Functions app is up and running</h1>
    <p>HTTP functions are served below <code>/api</code>; <a href="/admin/functions">/admin/functions</a> lists them all.</p>
  </body>
</html>
`;
