/** A route of the front end's own, below a prefix that Strapi has too. */
export function GET() {
  return Response.json({ hello: 'from the front end' });
}
