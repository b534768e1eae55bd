import { useEffect, useState } from 'react';

import { CONNECT_URL, REDIRECT_PATH, finishLogin, logOut } from './strapi.js';

const STORED = 'cafe-login';

export default function App() {
  const [login, setLogin] = useState(() => JSON.parse(sessionStorage.getItem(STORED)));
  const [returning, setReturning] = useState(window.location.pathname === REDIRECT_PATH);

  function keep(newLogin) {
    sessionStorage.setItem(STORED, JSON.stringify(newLogin));
    setLogin(newLogin);
    leaveRedirectPage();
  }

  function forget() {
    logOut(login);
    sessionStorage.removeItem(STORED);
    setLogin(null);
  }

  function leaveRedirectPage() {
    window.history.replaceState(null, '', '/'); // the query may hold tokens
    setReturning(false);
  }

  return (
    <main className="card">
      <p className="logo" aria-hidden="true">
        ☕
      </p>
      <h1>Corner Café</h1>
      {returning ? (
        <Returning onLogin={keep} onBack={leaveRedirectPage} />
      ) : login ? (
        <Profile user={login.user} onLogOut={forget} />
      ) : (
        <Welcome />
      )}
    </main>
  );
}

function Welcome() {
  return (
    <>
      <p>Log in to collect a stamp with every coffee.</p>
      <a className="button" href={CONNECT_URL}>
        <XLogo />
        Log in with X
      </a>
    </>
  );
}

/** The page to which Strapi sends the browser at the end of a login. */
function Returning({ onLogin, onBack }) {
  const [error, setError] = useState(null);

  useEffect(() => {
    let mounted = true;
    finishLogin().then(
      (login) => mounted && onLogin(login),
      (reason) => mounted && setError(reason.message),
    );
    return () => {
      mounted = false;
    };
  }, []);

  if (!error) return <p role="status">Logging you in…</p>;
  return (
    <>
      <div role="alert" className="error">
        <strong>The login did not work.</strong>
        <p>{error}</p>
      </div>
      <button type="button" className="button quiet" onClick={onBack}>
        Back
      </button>
    </>
  );
}

function Profile({ user, onLogOut }) {
  return (
    <>
      <p role="status">
        Hello <strong>{user.username}</strong>, you are logged in.
      </p>
      {user.email && <p className="muted">{user.email}</p>}
      <button type="button" className="button quiet" onClick={onLogOut}>
        Log out
      </button>
    </>
  );
}

function XLogo() {
  return (
    <svg viewBox="0 0 24 24" width="18" height="18" fill="currentColor" aria-hidden="true">
      <path d="M18.2 2.25h3.3l-7.2 8.26 8.5 11.24h-6.66l-5.2-6.82-5.97 6.82H1.66l7.73-8.84L1.25 2.25h6.83l4.71 6.23zm-1.16 17.52h1.83L7.08 4.13H5.12z" />
    </svg>
  );
}
