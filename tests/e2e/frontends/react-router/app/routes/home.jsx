import { Form } from 'react-router';

const backend = import.meta.env.VITE_BACKEND_URL;

export async function action({ request }) {
  return `Thanks, ${(await request.formData()).get('name')}`;
}

export default function Home({ actionData }) {
  return (
    <main>
      <h1>Corner Café</h1>
      <p>Log in to collect a stamp with every coffee.</p>
      <a href={`${backend}/api/connect/twitter`}>Log in with X</a>
      <Form method="post">
        <input name="name" defaultValue="Ada" />
        <button>Send</button>
        {actionData}
      </Form>
    </main>
  );
}
