/** The activity behind `callHttp`; the engine runs it, no worker does. Compared as it is written. */
export const HTTP_ACTIVITY = "BuiltIn::HttpActivity";
