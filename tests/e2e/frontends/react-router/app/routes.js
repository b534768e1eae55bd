import { index, route } from '@react-router/dev/routes';

export default [
  index('routes/home.jsx'),
  route('connect/twitter/redirect', 'routes/login-redirect.jsx'),
];
