export const actions = {
  default: async ({ request }) => ({ said: `Thanks, ${(await request.formData()).get('name')}` }),
};
