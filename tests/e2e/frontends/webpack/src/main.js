import { greeting } from './greeting.js';

const backend = process.env.WEBPACK_BACKEND_URL ?? '';
const main = document.querySelector('main');

if (window.location.pathname === '/connect/twitter/redirect') {
  main.textContent = 'Logging you in…';
  finishLogin().then(
    (said) => (main.textContent = said),
    (error) => (main.textContent = `The login did not work. ${error.message}`),
  );
} else {
  showWelcome();
}

function showWelcome() {
  main.innerHTML = `<h1>Corner Café</h1><p id="greeting"></p><a>Log in with X</a>`;
  main.querySelector('p').textContent = greeting;
  main.querySelector('a').href = `${backend}/api/connect/twitter`;
}

async function finishLogin() {
  const url = `${backend}/api/auth/twitter/callback${window.location.search}`;
  const response = await fetch(url, { credentials: 'include' });
  const answer = await response.json();
  if (!answer.jwt) throw new Error(answer.error?.message ?? `HTTP ${response.status}`);
  return `Hello ${answer.user.username}, you are logged in.`;
}

// Without this the page would be loaded anew: a test sees the difference.
import.meta.webpackHot?.accept('./greeting.js', showWelcome);
