// What this app asks of Strapi. An empty VITE_BACKEND_URL means: on the same origin as this page.
const backend = (import.meta.env.VITE_BACKEND_URL ?? '').replace(/\/+$/, '');

/** Here the browser goes to log in; X and Strapi lead it back to REDIRECT_PATH. */
export const CONNECT_URL = `${backend}/api/connect/twitter`;
export const REDIRECT_PATH = '/connect/twitter/redirect';

let exchange;

/**
 * Ends the login: asks Strapi who logged in, and resolves to `{ jwt, user }`.
 * However often it is called, Strapi is asked once (React's StrictMode runs effects twice).
 */
export function finishLogin() {
  exchange ??= askForUser(new URLSearchParams(window.location.search));
  return exchange;
}

async function askForUser(params) {
  const refusal = refusalIn(params);
  if (refusal) throw new Error(refusal);

  // Strapi up to 5.52 hands X's tokens over in the query, and wants all of them back.
  // From 5.53 on it keeps them in its session, so that the query is empty and its cookie must be sent.
  const inQuery = params.has('access_token');
  const response = await fetch(`${backend}/api/auth/twitter/callback${window.location.search}`, {
    credentials: inQuery ? 'same-origin' : 'include',
  }).catch(() => {
    throw new Error(`Strapi could not be reached at ${backend || window.location.origin}.`);
  });

  const answer = await response.json().catch(() => null);
  if (response.ok && answer?.jwt) return { jwt: answer.jwt, user: answer.user };
  throw new Error(answer?.error?.message ?? `Strapi gave no usable answer (HTTP ${response.status}).`);
}

/** The reason in the query when X or Strapi stopped the login on the way, or null. */
function refusalIn(params) {
  if (params.has('raw[denied]')) return 'The login was cancelled at X.';

  const reasons = [...params].filter(([name]) => /^error(_description)?($|\[)/.test(name));
  return reasons.length ? reasons.map(([, value]) => value).join(': ') : null;
}

/** Ends Strapi's own session where it keeps one; the app forgets the login in any case. */
export async function logOut({ jwt }) {
  await fetch(`${backend}/api/auth/logout`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${jwt}` },
    credentials: 'include',
  }).catch(() => {});
}
