const backend = process.env.NEXT_PUBLIC_BACKEND_URL ?? '';

export default function Welcome() {
  return (
    <main>
      <h1>Corner Café</h1>
      <p id="greeting">Log in to collect a stamp with every coffee.</p>
      <a href={`${backend}/api/connect/twitter`}>Log in with X</a>
    </main>
  );
}
