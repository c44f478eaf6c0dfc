// Loaded by the first copy of a blob from another account, which is all that Azurite uses it for.
module.exports = {
  __esModule: true,
  get default() {
    return require("axios");
  },
};
