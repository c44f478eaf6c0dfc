import path from "node:path";
import type { AppFunction } from "../functions/app-function.ts";

/** One function in the response of `GET /admin/functions`; the members match Azure's. */
export function toFunctionObject(fn: AppFunction, baseUrl: string, appDir: string): Record<string, unknown> {
  const { scriptFile, directory, bindings } = fn.metadata;
  const script = path.relative(appDir, path.join(directory, scriptFile)).split(path.sep).join("/");
  return {
    name: fn.name,
    script_root_path_href: null,
    script_href: `${baseUrl}/admin/vfs/${script}`,
    config_href: null,
    test_data_href: null,
    href: `${baseUrl}/admin/functions/${fn.name}`,
    // Azure lower-cases the whole value.
    invoke_url_template:
      fn.http === undefined ? null : `${baseUrl}/${trimSlashes(fn.http.template.text)}`.toLowerCase(),
    language: "node",
    config: { name: fn.name, entryPoint: null, scriptFile, language: "node", functionDirectory: directory, bindings },
    files: null,
    test_data: "",
    isDisabled: fn.isDisabled,
    isDirect: false,
    isProxy: false,
  };
}

function trimSlashes(template: string): string {
  return template.replace(/^~?\/+|\/+$/g, "");
}
