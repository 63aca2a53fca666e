/** fetch says only "fetch failed"; what failed is in the cause, or in the causes of that. */
export function whyUnanswered(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  return first instanceof Error ? first.message || first.name : error.message;
}
