/** What Next does for a route handler that does nothing. */
export function POST(): Response {
  return Response.json({ status: 'accepted' });
}
