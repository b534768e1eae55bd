export default function Login() {
  return (
    <nav>
      <h1>Welcome</h1>
      <a href="http://localhost:1337/api/connect/twitter">Log in with Twitter</a>
      <a href="http://localhost:1337/admin">Write posts</a>
    </nav>
  );
}
