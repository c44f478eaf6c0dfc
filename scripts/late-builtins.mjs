// Node's modules for TLS and HTTP/2 take some milliseconds to load, in each of the processes of a cold run. Packages
// load them when they are loaded themselves; few runs use them.

import { createRequire } from "node:module";

const NAMES = ["https", "tls", "http2"];
const NAMESPACE = "late-builtin";
const require = createRequire(import.meta.url);

/** An esbuild plugin: these modules are loaded when one of their members is first used. */
export const lateBuiltins = {
  name: "late-builtins",
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(node:)?(${NAMES.join("|")})$`) }, ({ path, namespace }) =>
      namespace === NAMESPACE ? { path, external: true } : { path: path.replace("node:", ""), namespace: NAMESPACE },
    );
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({ contents: lateModule(path) }));
  },
};

/** A member that this Node does not have is missing, whichever Node runs the bundle. */
function lateModule(name) {
  const members = Object.keys(require(`node:${name}`)).map(
    (member) => `get ${member}() { return load().${member}; }, set ${member}(value) { load().${member} = value; },`,
  );
  return `
    let loaded;
    const load = () => (loaded ??= require("node:${name}"));
    module.exports = { ${members.join("\n")} };`;
}
