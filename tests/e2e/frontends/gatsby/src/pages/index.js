import * as React from 'react';

const backend = process.env.GATSBY_BACKEND_URL;

export default function Welcome() {
  const [answer, setAnswer] = React.useState('');
  async function ask(event) {
    event.preventDefault();
    const body = JSON.stringify({ identifier: 'nobody@example.com', password: 'none' });
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch(`${backend}/api/auth/local`, { method: 'POST', headers, body });
    setAnswer((await response.json()).error.message);
  }
  return (
    <main>
      <h1>Corner Café</h1>
      <p>Log in to collect a stamp with every coffee.</p>
      <a href={`${backend}/api/connect/twitter`}>Log in with X</a>
      <form onSubmit={ask}>
        <button>Send</button>
        {answer}
      </form>
    </main>
  );
}
