// Packages that Azurite and express import but never use here: importing them is harmless, using one throws an
// explanation.

export const LEFT_OUT = {
  applicationinsights: "telemetry is never turned on",
  winston: "the debug log is never turned on",
  morgan: "the access log is never turned on",
  jsonwebtoken: "sign-in with Microsoft Entra ID is never turned on",
  "body-parser": "Azurite reads bodies itself",
};

export function leftOutModule(name) {
  const message = `${name} is left out of this bundle of Azurite, because ${LEFT_OUT[name]}.`;
  return `module.exports = new Proxy(function leftOut() { throw new Error(${JSON.stringify(message)}); }, {
    get(_, name) {
      if (name === "__esModule") return true;
      return () => { throw new Error(${JSON.stringify(message)}); };
    },
  });`;
}
