// Loaded when a blob is first copied from another account, the only use that Azurite makes of it.
module.exports = {
  __esModule: true,
  get default() {
    return require("axios");
  },
};
