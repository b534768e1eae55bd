"""Front ends on which somebody logs in, as data: an app each, and what it does with a form."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tests.e2e.frontends import (
    ANGULAR,
    ASTRO,
    CRA,
    GATSBY,
    NEXT,
    NUXT,
    REACT_ROUTER,
    SVELTEKIT,
    VITE,
    VITE_VUE,
    VUE_CLI,
    FrontEnd,
)

BY_THE_FRONT_END = "Thanks, Ada"  # its own server answered: a server action, or a route
BY_STRAPI = "Invalid identifier or password"


@dataclass(frozen=True)
class Login:
    """`restarts`: it reads its variables only when it starts. `reloads`: a change loads the page again."""

    name: str
    front: FrontEnd
    package: str  # says the version
    answer: str = BY_STRAPI
    restarts: bool = False
    reloads: bool = False
    files: dict[str, str] = field(default_factory=dict, hash=False, repr=False)
    removed: tuple[str, ...] = ()


_REACT = """import { useState } from 'react';

import LoginRedirect from './LoginRedirect.jsx';

const backend = import.meta.env.VITE_BACKEND_URL;

export default function App() {
  return window.location.pathname === '/connect/twitter/redirect' ? <LoginRedirect /> : <Welcome />;
}

function Welcome() {
  const [answer, setAnswer] = useState('');
  async function ask(event) {
    event.preventDefault();
    const body = JSON.stringify({ identifier: 'nobody@example.com', password: 'none' });
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch(`${backend}/api/auth/local`, { method: 'POST', headers, body });
    setAnswer((await response.json()).error.message);
  }
  return (
    <main>
      <p>Log in to collect a stamp with every coffee.</p>
      <a href={`${backend}/api/connect/twitter`}>Log in with X</a>
      <form onSubmit={ask}>
        <button>Send</button>
        {answer}
      </form>
    </main>
  );
}
"""
_SERVER_ACTION = {
    "app/actions.ts": """'use server';

export async function thank(before: string, form: FormData) {
  return `Thanks, ${form.get('name')}`;
}
""",
    "app/stamp-form.tsx": """'use client';

import { useActionState } from 'react';

import { thank } from './actions';

export function StampForm() {
  const [said, send] = useActionState(thank, '');
  return (
    <form action={send}>
      <input name="name" defaultValue="Ada" />
      <button>Send</button>
      {said}
    </form>
  );
}
""",
    "app/page.tsx": """import { StampForm } from './stamp-form';

const backend = process.env.NEXT_PUBLIC_BACKEND_URL ?? '';

export default function Welcome() {
  return (
    <main>
      <p>Log in to collect a stamp with every coffee.</p>
      <a href={`${backend}/api/connect/twitter`}>Log in with X</a>
      <StampForm />
    </main>
  );
}
""",
}

LOGINS = (
    Login("Vite React", replace(VITE, snippet="cra"), "vite", files={"src/App.jsx": _REACT}),
    Login("Vite Vue", VITE_VUE, "vite"),
    Login(
        "Next",
        replace(NEXT, snippet="next"),
        "next",
        BY_THE_FRONT_END,
        files=_SERVER_ACTION,
        removed=("app/connect/twitter/redirect/page.tsx",),
    ),
    Login("Nuxt", NUXT, "nuxt", BY_THE_FRONT_END, restarts=True),
    Login("SvelteKit", SVELTEKIT, "@sveltejs/kit", BY_THE_FRONT_END),
    Login("Astro", ASTRO, "astro", BY_THE_FRONT_END, reloads=True),
    Login("Angular", ANGULAR, "@angular/core"),
    Login("Gatsby", GATSBY, "gatsby", restarts=True),
    Login("Vue CLI", VUE_CLI, "@vue/cli-service", restarts=True),
    Login("CRA", CRA, "react-scripts", restarts=True),
    Login("React Router", REACT_ROUTER, "@react-router/dev", BY_THE_FRONT_END, restarts=True),
)
