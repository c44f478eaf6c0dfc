// A service checks signatures with one set of accounts on all of its connections. Ours takes the public key on the connections
// that an app's worker proves to be its own, by a second listener on the same data.

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
