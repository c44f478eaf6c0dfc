/** The activity behind `callHttp`; it is run by the engine, not by a worker. Compared case-sensitively. */
export const HTTP_ACTIVITY = "BuiltIn::HttpActivity";
