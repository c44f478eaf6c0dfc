/** The environment variable of a worker whose stacks are to name the sources that its files were compiled from. */
export const TRACE_VARIABLE = "SAME_KIT_TRACE_SOURCES";
