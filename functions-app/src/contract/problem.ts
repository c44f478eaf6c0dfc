export type FieldProblem = {
  /** Path into the body, such as `steps[2].sources`; empty for the body itself. */
  field: string;
  detail: string;
};

/** The body of every refusal, `application/problem+json` (RFC 9457). */
export type Problem = {
  title: string;
  status: number;
  detail?: string;
  /** The first invalid field. */
  field?: string;
  /** The limit that was exceeded, in bytes or steps. */
  limit?: number;
  /** All problems that were found. */
  errors?: FieldProblem[];
};

export const PROBLEM_CONTENT_TYPE = "application/problem+json";
