'use client';

import { signIn, signOut } from 'next-auth/react';
import type { FormEvent } from 'react';

export function SignIn() {
  function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const { name, word } = Object.fromEntries(new FormData(event.currentTarget));
    signIn('credentials', { name, word, callbackUrl: '/' });
  }

  return (
    <form onSubmit={send}>
      <input name="name" aria-label="Name" />
      <input name="word" type="password" aria-label="Word" />
      <button>Enter with a word</button>
    </form>
  );
}

export function SignOut() {
  return <button onClick={() => signOut({ callbackUrl: '/' })}>Leave</button>;
}
