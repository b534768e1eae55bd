import type { NextAuthOptions } from 'next-auth';
import Credentials from 'next-auth/providers/credentials';

/** The app's own sign-in, which knows nothing of Strapi. */
export const options: NextAuthOptions = {
  session: { strategy: 'jwt' },
  providers: [
    Credentials({
      credentials: { name: { label: 'Name' }, word: { label: 'Word', type: 'password' } },
      authorize: async (given) =>
        given?.word === 'open sesame' ? { id: '1', name: given.name } : null,
    }),
  ],
};
