// Moved; to remove when no branch that is under way names it.
export {
  createLogger,
  type LogEntry,
  type LogFields,
  type Logger,
  type LogLevel,
  type LogSink,
  type LogSource,
  silentLogger,
} from "@same-kit/shared";
