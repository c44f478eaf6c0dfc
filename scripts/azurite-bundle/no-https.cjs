// stoppable asks whether a server is one for HTTPS; Azurite serves HTTP. Node's module takes some ms to load.
exports.Server = class HttpsServer {};
