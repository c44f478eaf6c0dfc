// The route, including its filters, is in the URL fragment: `#/instances?status=Failed`. Links can be shared and
// reloaded, and the server does not need to know the pages.

const PAGES = ["home", "runs", "run", "instances", "instance", "entities", "entity", "hub", "traces", "trace"] as const;
export type PageName = (typeof PAGES)[number];

export type Route = { page: PageName } & PageProps;

/** What a page receives: the filters and names in its route. */
export type PageProps = { query: Readonly<Record<string, string>> };

/** Parses a URL fragment; an unknown page becomes the home page. */
export function parseRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const page = PAGES.find((it) => it === path) ?? "home";
  return { page, query: Object.fromEntries(new URLSearchParams(search)) };
}

/** A link to a page; members without a value are left out. */
export function hrefOf(page: PageName, query: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(query).filter((it): it is [string, string] => it[1] !== undefined && it[1] !== "");
  const search = new URLSearchParams(given).toString();
  return `#/${page}${search === "" ? "" : `?${search}`}`;
}

const TITLES: Readonly<Record<PageName, string>> = {
  home: "Home",
  runs: "Runs",
  run: "Run",
  instances: "Instances",
  instance: "Instance",
  entities: "Entities",
  entity: "Entity",
  hub: "Task hub",
  traces: "Traces",
  trace: "Trace",
};

/** The title that distinguishes this browser tab: the page, and what it shows. */
export function titleOf({ page, query: { id, name, key } }: Route): string {
  const shown =
    page === "entity" ? `@${name}@${key ?? ""}` : ["instance", "run", "trace"].includes(page) ? id : undefined;
  return `${TITLES[page]}${shown === undefined ? "" : ` ${shown}`} · same-kit inspector`;
}
