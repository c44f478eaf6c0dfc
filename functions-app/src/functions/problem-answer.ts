import type { HttpResponseInit } from "@azure/functions";
import { PROBLEM_CONTENT_TYPE, type Problem } from "../contract/problem.ts";

/** The response for a refused request, with the status of the problem. */
export function refuse(problem: Problem): HttpResponseInit {
  const headers: Record<string, string> = { "Content-Type": PROBLEM_CONTENT_TYPE };
  if (problem.status === 401) headers["WWW-Authenticate"] = 'Basic realm="same"';
  return { status: problem.status, headers, body: JSON.stringify(problem) };
}

export const UNAUTHORIZED: Problem = { title: "Unauthorized", status: 401 };
