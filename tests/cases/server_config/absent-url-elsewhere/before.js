const url = 'https://api.example.com';
const text = `
  url: 'https://text.example.com',
`;

module.exports = ({ env }) => ({
  port: env.int('PORT', 1337),
  /* url: 'https://comment.example.com', */
  admin: { url: '/admin', text },
  cron: [{ url }],
});
