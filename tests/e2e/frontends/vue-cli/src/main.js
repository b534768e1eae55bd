import { createApp, h } from 'vue';
import { RouterView, createRouter, createWebHistory } from 'vue-router';

import LoginRedirect from './LoginRedirect.vue';
import Welcome from './Welcome.vue';

const routes = [
  { path: '/connect/twitter/redirect', component: LoginRedirect },
  { path: '/:path(.*)', component: Welcome },
];
const router = createRouter({ history: createWebHistory(), routes });

createApp({ render: () => h(RouterView) })
  .use(router)
  .mount('#app');
