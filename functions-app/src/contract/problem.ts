/** A refused request, in the shape of RFC 9457. */
export type Problem = {
  title: string;
  status: number;
  detail: string;
  /** The field that is wrong, such as `steps[0].code`. */
  field?: string;
};

/** Thrown for a request that keeps no promise of the contract. */
export class RequestProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.field === undefined ? problem.detail : `${problem.field}: ${problem.detail}`);
    this.name = "RequestProblem";
    this.problem = problem;
  }
}

export function badField(field: string, detail: string): RequestProblem {
  return new RequestProblem({ title: "The request is not valid", status: 400, detail, field });
}

export function tooLarge(what: string, sizeText: string, limitText: string, field?: string): RequestProblem {
  const detail = `${what} is ${sizeText}; the limit is ${limitText}.`;
  return new RequestProblem({ title: "The request is too large", status: 413, detail, ...(field ? { field } : {}) });
}
