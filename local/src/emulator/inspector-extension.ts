import type { HostExtension } from "../host/index.ts";
import type { Inspector } from "../inspector/index.ts";

const NAME = "inspector";

/** The path below which a host serves its inspector. */
const INSPECTOR_PATH = `/runtime/webhooks/${NAME}/`;

/** @param hostUrl - Without a trailing slash. */
export const inspectorUrlOf = (hostUrl: string): string => `${hostUrl}${INSPECTOR_PATH}`;

/** The inspector as part of a host, behind the host's own checks. */
export function createInspectorExtension(inspector: Inspector): HostExtension {
  return {
    name: NAME,
    triggerTypes: [],
    pageTitle: "Inspector: functions, runs, instances and their histories",
    async webhook(request) {
      const { pathname } = request.url;
      // Relative URLs in the page need the trailing slash.
      if (!pathname.endsWith("/") && pathname.split("/").length === INSPECTOR_PATH.split("/").length - 1) {
        return { status: 308, headers: { location: INSPECTOR_PATH } };
      }
      return inspector.answer(request, pathname.slice(INSPECTOR_PATH.length));
    },
  };
}
