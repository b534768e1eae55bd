'use client';

import { signIn, signOut } from 'next-auth/react';
import { type FormEvent, useEffect, useState } from 'react';

export function SignIn() {
  const [isReady, setReady] = useState(false); // else a fast person sends the form without the script
  useEffect(() => setReady(true), []);

  function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const { name, word } = Object.fromEntries(new FormData(event.currentTarget));
    signIn('credentials', { name, word, callbackUrl: '/' });
  }

  return (
    <form onSubmit={send}>
      <input name="name" aria-label="Name" />
      <input name="word" type="password" aria-label="Word" />
      <button disabled={!isReady}>Enter with a word</button>
    </form>
  );
}

export function SignOut() {
  return <button onClick={() => signOut({ callbackUrl: '/' })}>Leave</button>;
}
