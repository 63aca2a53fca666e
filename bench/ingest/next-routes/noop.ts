/** A route handler that does nothing. */
export function POST(): Response {
  return Response.json({ status: 'accepted' });
}
