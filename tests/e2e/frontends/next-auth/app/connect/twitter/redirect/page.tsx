'use client';

import { useEffect, useRef, useState } from 'react';

const backend = process.env.NEXT_PUBLIC_BACKEND_URL ?? '';

/** The page to which Strapi sends the browser at the end of a login. */
export default function Returning() {
  const [said, setSaid] = useState('Logging you in…');
  const asked = useRef(false); // StrictMode runs effects twice

  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    finishLogin().then(setSaid, (error) => setSaid(`The login did not work. ${error.message}`));
  }, []);

  return <main role="status">{said}</main>;
}

async function finishLogin() {
  const url = `${backend}/api/auth/twitter/callback${window.location.search}`;
  const response = await fetch(url, { credentials: 'include' });
  const answer = await response.json();
  if (!answer.jwt) throw new Error(answer.error?.message ?? `HTTP ${response.status}`);
  return `Hello ${answer.user.username}, you are logged in.`;
}
