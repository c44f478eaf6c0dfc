// Importing names is harmless; using one throws an explanation.
module.exports = new Proxy(
  {},
  {
    get(_, name) {
      if (name === "__esModule") return true;
      throw new Error(`apache-arrow was left out of this bundle, but its ${String(name)} is used.`);
    },
  },
);
