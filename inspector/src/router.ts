import { useEffect, useState } from "preact/hooks";
import { parseRoute, type Route } from "./route.ts";

export { hrefOf, type PageName } from "./route.ts";

/** Navigates to a page. `replace` for changes that are not a history entry of their own, such as typing a filter. */
export function navigate(href: string, { replace = false } = {}): void {
  if (!replace) {
    location.hash = href;
    return;
  }
  history.replaceState(null, "", href);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const onChange = () => setRoute(parseRoute(location.hash));
    addEventListener("hashchange", onChange);
    return () => removeEventListener("hashchange", onChange);
  }, []);
  return route;
}
