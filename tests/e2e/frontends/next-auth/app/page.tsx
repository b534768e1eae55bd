import { getServerSession } from 'next-auth';

import { options } from './options';
import { SignIn, SignOut } from './sign-in';

const backend = process.env.NEXT_PUBLIC_BACKEND_URL ?? '';

export default async function Welcome() {
  const session = await getServerSession(options);
  return (
    <main>
      <h1>Corner Café</h1>
      <p>Log in to collect a stamp with every coffee.</p>
      <p>{session ? `The app knows ${session.user?.name}.` : 'The app knows nobody.'}</p>
      {session ? <SignOut /> : <SignIn />}
      <a href={`${backend}/api/connect/twitter`}>Log in with X</a>
    </main>
  );
}
