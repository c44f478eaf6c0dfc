/** Environment variable of a worker whose stack traces must name the original sources of compiled files. */
export const TRACE_VARIABLE = "SAME_KIT_TRACE_SOURCES";
