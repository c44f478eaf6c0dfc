exports.isURL = require("validator/lib/isURL").default;
