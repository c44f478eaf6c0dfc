import type { Home, InspectedFunction } from "../../../local/src/inspector/api.ts";

/** How the page can call a function. */
type CallKind =
  | { kind: "http"; url: string }
  | { kind: "start" }
  | { kind: "signal" }
  /** Through the admin API of a host on this machine. */
  | { kind: "admin" }
  | { kind: "none"; why: string };

/** @param page - The page's own URL. */
export function callKindOf(fn: InspectedFunction, home: Pick<Home, "kind" | "can">, page: URL): CallKind {
  if (fn.errors.length > 0) return none("It is not served.");
  if (fn.isDisabled) return none("It is disabled.");
  switch (fn.triggerType.toLowerCase()) {
    case "httptrigger":
      return httpKind(fn, page);
    case "orchestrationtrigger":
      return home.can.actions ? { kind: "start" } : none("Nothing may be changed here.");
    case "entitytrigger":
      return home.can.actions ? { kind: "signal" } : none("Nothing may be changed here.");
    case "activitytrigger":
      return none("Orchestrators call it.");
    default:
      return home.kind === "host" ? { kind: "admin" } : none("Only a host on this machine runs it from here.");
  }
}

function httpKind({ url }: InspectedFunction, page: URL): CallKind {
  const callable = url === undefined ? null : callableUrl(url, page);
  if (callable !== null) return { kind: "http", url: callable };
  return none("It has another origin than this page: copy it as curl.");
}

/**
 * The URL by which this page may call it; null if it has another origin, which the page's policy forbids.
 *
 * @param page - The page may have been opened by either name of this machine, and the URL may use the other one.
 */
export function callableUrl(url: string, page: URL): string | null {
  // The route may contain braces, so the text may not be a valid URL as a whole.
  const [, origin = "", rest = ""] = /^(https?:\/\/[^/?#]*)(.*)$/s.exec(url) ?? [];
  if (!URL.canParse(origin)) return null;
  const target = new URL(origin);
  const isSameServer = target.protocol === page.protocol && target.port === page.port;
  const areOfThisMachine = [target, page].every(({ hostname }) => ["localhost", "127.0.0.1"].includes(hostname));
  if (target.origin !== page.origin && !(isSameServer && areOfThisMachine)) return null;
  return `${page.origin}${rest}`;
}

const none = (why: string): CallKind => ({ kind: "none", why });
