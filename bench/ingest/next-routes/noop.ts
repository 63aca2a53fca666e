/** The ceiling: what Next does for a route that does nothing. */
export function POST(): Response {
  return Response.json({ status: 'accepted' });
}
