// What Azurite imports for features that are never turned on here: importing it is harmless, using it says what happened.

export const LEFT_OUT = {
  applicationinsights: "telemetry",
  winston: "the debug log",
  morgan: "the access log",
  jsonwebtoken: "sign-in with Microsoft Entra ID",
};

export function leftOutModule(name) {
  const message = `${name} is left out of this bundle of Azurite, because ${LEFT_OUT[name]} is never turned on.`;
  return `module.exports = new Proxy(function leftOut() { throw new Error(${JSON.stringify(message)}); }, {
    get(_, name) {
      if (name === "__esModule") return true;
      return () => { throw new Error(${JSON.stringify(message)}); };
    },
  });`;
}
