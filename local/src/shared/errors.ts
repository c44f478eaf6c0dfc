// Moved; to remove when no branch that is under way names it.
export { InvariantError, OperationError, SameKitError, type SameKitErrorFields, UsageError } from "@same-kit/shared";
