import type { Answer, MiniRequest } from "./answer.ts";

/** What `{name}` in a route's path matched. */
export type Params = Readonly<Record<string, string>>;

export type Route = {
  method: string;
  expression: RegExp;
  handle: (request: MiniRequest, params: Params) => Promise<Answer> | Answer;
};

/** @param path - `{name}` matches one segment, `{name*}` the rest. Case-insensitive, as always in Azure. */
export function route(method: string, path: string, handle: Route["handle"]): Route {
  const source = path
    .replace(/[.+?^$()|[\]\\]/g, "\\$&")
    .replace(/\{(\w+)\*\}/g, "(?<$1>.+)")
    .replace(/\{(\w+)\}/g, "(?<$1>[^/]+)");
  return { method, expression: new RegExp(`^${source}/?$`, "i"), handle };
}

/** Answers with the first matching route; HEAD is served by GET routes. null if no route matches. */
export async function dispatch(routes: readonly Route[], request: MiniRequest): Promise<Answer | null> {
  const wanted = request.method === "HEAD" ? "GET" : request.method;
  for (const { method, expression, handle } of routes) {
    if (method !== wanted) continue;
    const match = expression.exec(request.url.pathname);
    if (match) return handle(request, decodeAll(match.groups ?? {}));
  }
  return null;
}

/** Whether any route has this path, possibly with another method. */
export function hasRoute(routes: readonly Route[], { url }: MiniRequest): boolean {
  return routes.some(({ expression }) => expression.test(url.pathname));
}

function decodeAll(groups: Record<string, string>): Params {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]));
}
