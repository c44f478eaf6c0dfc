// A service verifies signatures with one set of accounts on all its connections. Ours also accepts the public key,
// through a second listener on the same data, on connections that an app's worker proves to be its own.

export const accounts = [
  {
    name: "the listener of a service can be made again",
    file: "common/ServerBase.js",
    edits: [
      {
        find: 'this.httpServer.on("request", requestListenerFactory.createRequestListener());',
        replace: `this.requestListenerFactory = requestListenerFactory;
        this.httpServer.on("request", requestListenerFactory.createRequestListener());`,
      },
    ],
  },
];
